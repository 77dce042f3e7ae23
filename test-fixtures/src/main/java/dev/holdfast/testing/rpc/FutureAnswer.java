package dev.holdfast.testing.rpc;

import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;

/**
 * Receives the response of a call on an asynchronous stub; of a stream, the first response.
 *
 * @param future completes with the response, or exceptionally with the error of the call; a call
 *     that completes without a response causes an {@link IllegalStateException}
 * @param <T> the response type
 */
public record FutureAnswer<T>(CompletableFuture<T> future) implements StreamObserver<T> {
  /** Creates an observer whose future is incomplete. */
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
