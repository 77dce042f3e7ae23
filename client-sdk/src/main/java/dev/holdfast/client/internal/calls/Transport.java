package dev.holdfast.client.internal.calls;

import com.google.protobuf.Message;
import dev.holdfast.client.internal.changes.BatchableChange;
import dev.holdfast.client.internal.changes.ChangeBatcher;
import dev.holdfast.client.internal.wire.AttemptTracer;
import dev.holdfast.client.internal.wire.Call;
import dev.holdfast.client.internal.wire.CallerThreadExecutor;
import dev.holdfast.client.internal.wire.ClientStreamingCall;
import dev.holdfast.client.internal.wire.Errors;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Sends calls over a channel.
 *
 * @param channel the channel with the interceptors
 * @param options the options of all calls: the credentials
 * @param deadline how long a call may take with all its retries. gRPC uses the smaller of this and
 *     the time left in the caller's Context
 * @param closed whether the client was closed
 * @param background the client's timers and watches
 * @param batcher batches changes that can be sent together
 */
public record Transport(
    Channel channel,
    CallOptions options,
    Duration deadline,
    BooleanSupplier closed,
    ClientTimers background,
    ChangeBatcher batcher) {

  public Transport withDeadline(Duration deadline) {
    return new Transport(channel, options, requirePositive(deadline), closed, background, batcher);
  }

  public static Duration requirePositive(Duration deadline) {
    if (deadline.isNegative() || deadline.isZero()) {
      throw new IllegalArgumentException(
          "the deadline is %s: give more than 0".formatted(deadline));
    }
    return deadline;
  }

  public <Q extends Message, A extends Message, T extends @Nullable Object> T send(
      Call<Q, A, T> call) {
    AttemptTracer attempts = attemptsOf(call);
    try {
      // On an interrupt it cancels the call on the wire, keeps the interrupt, and throws CANCELLED.
      A answer =
          ClientCalls.blockingUnaryCall(
              channel, call.method(), optionsFor(attempts), call.request());
      return call.answer().apply(answer);
    } catch (StatusRuntimeException e) {
      throw Errors.of(e, call, attempts);
    }
  }

  /** Sends a change, together with others if earlier changes are still in flight. */
  public <Q extends Message, A extends Message, T> CompletableFuture<T> sendBatched(
      Call<Q, A, T> call, BatchableChange<Q, A> kind, String repositoryId) {
    // The values and the cancellation of a caller's Context apply to this call only.
    if (Context.current() != Context.ROOT) {
      return sendAsync(call);
    }
    requireOpen();
    return batcher.send(call, kind, repositoryId, deadline);
  }

  public <Q extends Message, A extends Message, T extends @Nullable Object>
      CompletableFuture<T> sendAsync(Call<Q, A, T> call) {
    AttemptTracer attempts = attemptsOf(call);
    ClientCall<Q, A> wire = channel.newCall(call.method(), optionsFor(attempts));
    Answer<A, T> answer = new Answer<>(call, attempts);
    // If the future ends before the answer (cancel, orTimeout, complete), nobody waits for it.
    CompletableFuture<T> unused =
        answer.future.whenComplete(
            (value, failure) -> {
              if (!answer.ended) {
                wire.cancel("the future was cancelled or completed by its user", failure);
              }
            });
    ClientCalls.asyncUnaryCall(wire, call.request(), answer);
    return answer.future;
  }

  /**
   * Sends a call of many messages: its own, then the rest. They are iterated on this thread, which
   * also throws the errors of the iteration.
   */
  public <Q extends Message, A extends Message, T> T sendAll(Call<Q, A, T> call, Iterator<Q> rest) {
    CallerThreadExecutor thread = new CallerThreadExecutor();
    AttemptTracer attempts = attemptsOf(call);
    ClientCall<Q, A> wire =
        channel.newCall(call.method(), optionsFor(attempts).withExecutor(thread));
    return thread.await(
        new ClientStreamingCall<>(wire, call, attempts, rest).start(),
        () -> wire.cancel("the waiting was interrupted", null));
  }

  /** Sends a call of many messages, which are iterated on gRPC's threads. */
  public <Q extends Message, A extends Message, T> CompletableFuture<T> sendAllAsync(
      Call<Q, A, T> call, Iterator<Q> rest) {
    AttemptTracer attempts = attemptsOf(call);
    ClientCall<Q, A> wire = channel.newCall(call.method(), optionsFor(attempts));
    return new ClientStreamingCall<>(wire, call, attempts, rest).start();
  }

  /** Returns a call without a deadline, which the caller starts, reads and cancels by itself. */
  public <Q extends Message, A extends Message> ClientCall<Q, A> newCall(
      MethodDescriptor<Q, A> method) {
    return channel.newCall(method, options);
  }

  public void requireOpen() {
    if (closed.getAsBoolean()) {
      throw new IllegalStateException("the HoldfastClient is closed");
    }
  }

  private @Nullable AttemptTracer attemptsOf(Call<?, ?, ?> call) {
    requireOpen();
    if (!call.isChange()) {
      return null;
    }
    // The changes of one caller are sent in the order in which they were made.
    batcher.flush();
    return new AttemptTracer();
  }

  private CallOptions optionsFor(@Nullable AttemptTracer attempts) {
    CallOptions timed = options.withDeadlineAfter(deadline.toNanos(), TimeUnit.NANOSECONDS);
    return attempts == null ? timed : timed.withStreamTracerFactory(attempts);
  }

  private static final class Answer<A extends Message, T extends @Nullable Object>
      implements StreamObserver<A> {
    private final Call<?, A, T> call;
    private final @Nullable AttemptTracer attempts;
    final CompletableFuture<T> future = new CompletableFuture<>();

    /** Whether the call has ended on the wire, so that there is nothing to cancel. */
    volatile boolean ended;

    private @Nullable A message;

    Answer(Call<?, A, T> call, @Nullable AttemptTracer attempts) {
      this.call = call;
      this.attempts = attempts;
    }

    @Override
    public void onNext(A message) {
      this.message = message;
    }

    @Override
    public void onError(Throwable t) {
      ended = true;
      future.completeExceptionally(
          t instanceof StatusRuntimeException e ? Errors.of(e, call, attempts) : t);
    }

    @Override
    public void onCompleted() {
      ended = true;
      if (message == null) {
        onError(Status.INTERNAL.withDescription("OK without an answer").asRuntimeException());
        return;
      }
      try {
        future.complete(call.answer().apply(message));
      } catch (RuntimeException e) {
        future.completeExceptionally(e);
      }
    }
  }
}
