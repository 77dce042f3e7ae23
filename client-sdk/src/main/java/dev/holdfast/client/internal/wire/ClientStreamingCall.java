package dev.holdfast.client.internal.wire;

import com.google.protobuf.Message;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A call that sends many messages, each requested from an iterator when the connection has taken
 * the last ones, and gets one answer. It uses the iterator only on the call's executor.
 */
public final class ClientStreamingCall<Q extends Message, A extends Message, T>
    extends ClientCall.Listener<A> {
  private final ClientCall<Q, A> wire;
  private final Call<Q, A, T> call;
  private final @Nullable AttemptTracer attempts;
  private final Iterator<Q> rest;
  private final CompletableFuture<T> future = new CompletableFuture<>();

  /** Whether the call has ended on the wire, so that there is nothing to cancel. */
  private volatile boolean ended;

  private boolean begun;
  private boolean allSent;
  private @Nullable A message;

  /** The exception of the iterator. */
  private @Nullable Throwable failure;

  public ClientStreamingCall(
      ClientCall<Q, A> wire,
      Call<Q, A, T> call,
      @Nullable AttemptTracer attempts,
      Iterator<Q> rest) {
    this.wire = wire;
    this.call = call;
    this.attempts = attempts;
    this.rest = rest;
  }

  public CompletableFuture<T> start() {
    CompletableFuture<T> unused =
        future.whenComplete(
            (value, thrown) -> {
              if (!ended) {
                wire.cancel("the future was cancelled or completed by its user", thrown);
              }
            });
    // The call is not thread-safe, and may be ready before start returns.
    synchronized (this) {
      wire.start(this, new Metadata());
      wire.request(1);
    }
    return future;
  }

  @Override
  public synchronized void onReady() {
    try {
      while (!allSent && failure == null && wire.isReady()) {
        if (!begun) {
          begun = true;
          wire.sendMessage(call.request());
        } else if (rest.hasNext()) {
          wire.sendMessage(rest.next());
        } else {
          allSent = true;
          wire.halfClose();
        }
      }
    } catch (RuntimeException | Error e) {
      failure = e;
      wire.cancel("what is to be sent could not be drawn", e);
    }
  }

  @Override
  public void onMessage(A message) {
    this.message = message;
  }

  @Override
  public void onClose(Status status, Metadata trailers) {
    ended = true;
    if (failure != null) {
      future.completeExceptionally(failure);
    } else if (!status.isOk()) {
      // A stream without an end changed nothing on the server.
      future.completeExceptionally(
          Errors.of(status.asRuntimeException(trailers), call, allSent ? attempts : null));
    } else if (message == null) {
      future.completeExceptionally(
          Errors.of(
              Status.INTERNAL.withDescription("OK without an answer").asRuntimeException(),
              call,
              attempts));
    } else {
      complete(message);
    }
  }

  private void complete(A message) {
    try {
      future.complete(call.answer().apply(message));
    } catch (RuntimeException e) {
      future.completeExceptionally(e);
    }
  }
}
