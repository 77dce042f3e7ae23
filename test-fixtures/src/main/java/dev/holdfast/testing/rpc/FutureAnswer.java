package dev.holdfast.testing.rpc;

import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;

/**
 * The answer of a call that was made with an asynchronous stub; of a stream of answers, the first.
 *
 * @param future completes with the answer, or exceptionally with what the call failed with; with an
 *     {@link IllegalStateException} where the call ends well without an answer
 * @param <T> the answer
 */
public record FutureAnswer<T>(CompletableFuture<T> future) implements StreamObserver<T> {
  /** Waits for an answer. */
  public FutureAnswer() {
    this(new CompletableFuture<>());
  }

  @Override
  public void onNext(T answer) {
    future.complete(answer);
  }

  @Override
  public void onError(Throwable e) {
    future.completeExceptionally(e);
  }

  @Override
  public void onCompleted() {
    future.completeExceptionally(new IllegalStateException("ended without an answer"));
  }
}
