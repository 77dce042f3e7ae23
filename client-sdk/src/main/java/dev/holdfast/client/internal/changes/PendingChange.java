package dev.holdfast.client.internal.changes;

import com.google.protobuf.Message;
import dev.holdfast.client.internal.wire.AttemptTracer;
import dev.holdfast.client.internal.wire.Call;
import dev.holdfast.client.internal.wire.Errors;
import dev.holdfast.client.internal.wire.OneAnswer;
import dev.holdfast.v1.ApplyRequest;
import dev.holdfast.v1.OperationResult;
import dev.holdfast.v1.OperationResult.ResultCase;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ClientCalls;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A change that the {@link ChangeBatcher} sends, as the future that its caller waits for. */
final class PendingChange<Q extends Message, A extends Message, T> extends CompletableFuture<T> {
  /** The framing bytes of a request in an Apply: two tags and two lengths. */
  private static final int FRAME_BYTES = 8;

  private final Call<Q, A, T> call;
  private final BatchableChange<Q, A> kind;
  private final long queuedNanos;
  private final long deadlineNanos;

  /** The batch that contains it; {@code null} while it is queued. */
  private volatile @Nullable Batch batch;

  /** Times are of {@link System#nanoTime()}. */
  PendingChange(
      Call<Q, A, T> call, BatchableChange<Q, A> kind, long queuedNanos, long deadlineNanos) {
    this.call = call;
    this.kind = kind;
    this.queuedNanos = queuedNanos;
    this.deadlineNanos = deadlineNanos;
  }

  long queuedNanos() {
    return queuedNanos;
  }

  long deadlineNanos() {
    return deadlineNanos;
  }

  boolean isLate(long nowNanos) {
    return nowNanos - deadlineNanos >= 0;
  }

  int bytes() {
    return call.request().getSerializedSize() + FRAME_BYTES;
  }

  void leaveWith(Batch batch) {
    this.batch = batch;
  }

  void addTo(ApplyRequest.Builder apply) {
    var unused = kind.put().apply(apply.addOperationsBuilder(), call.request());
  }

  /** Sends it as the single call. */
  ClientCall<?, ?> startAlone(Channel channel, CallOptions options, Batch batch) {
    ClientCall<Q, A> wire = channel.newCall(call.method(), options);
    ClientCalls.asyncUnaryCall(
        wire,
        call.request(),
        new OneAnswer<>(response -> batch.answered(() -> take(response)), batch::failed));
    return wire;
  }

  /** Receives the response of the single call. */
  private void take(A response) {
    T value;
    try {
      value = call.answer().apply(response);
    } catch (RuntimeException e) {
      super.completeExceptionally(e);
      return;
    }
    super.complete(value);
  }

  /**
   * Receives its result in an Apply.
   *
   * @param attempts the attempts of the Apply
   */
  void take(OperationResult result, AttemptTracer attempts) {
    try {
      takeResult(result, attempts);
    } catch (RuntimeException e) {
      // For example an unknown status; the other changes must not wait because of it.
      fail(e, attempts);
    }
  }

  private void takeResult(OperationResult result, AttemptTracer attempts) {
    if (result.getResultCase() == kind.answered()) {
      take(kind.response().apply(result));
    } else if (result.getResultCase() == ResultCase.ERROR) {
      fail(StatusProto.toStatusRuntimeException(result.getError()), attempts.lastOneRefused());
    } else {
      fail(
          Status.INTERNAL
              .withDescription("answered with " + result.getResultCase())
              .asRuntimeException(),
          attempts);
    }
  }

  /**
   * Fails as the single call does.
   *
   * @param attempts {@code null} if it was not sent
   */
  void fail(Throwable failure, @Nullable AttemptTracer attempts) {
    super.completeExceptionally(
        failure instanceof StatusRuntimeException e ? Errors.of(e, call, attempts) : failure);
  }

  // Methods of the caller. Ending the future in any way means that nobody waits for the answer.

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    return toldBatch(super.cancel(mayInterruptIfRunning));
  }

  @Override
  public boolean complete(T value) {
    return toldBatch(super.complete(value));
  }

  @Override
  public boolean completeExceptionally(Throwable failure) {
    return toldBatch(super.completeExceptionally(failure));
  }

  private boolean toldBatch(boolean ended) {
    Batch leftWith = batch;
    if (ended && leftWith != null) {
      leftWith.cancelIfUnwanted();
    }
    return ended;
  }
}
