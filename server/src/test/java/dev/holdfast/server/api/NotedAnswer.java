package dev.holdfast.server.api;

import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The server's side of a call without a network: notes what was answered, and can be broken off.
 */
public final class NotedAnswer<R> extends ServerCallStreamObserver<R> {
  private final CompletableFuture<R> answer =
      new CompletableFuture<R>().orTimeout(60, TimeUnit.SECONDS);
  private @Nullable Runnable onClose;
  private @Nullable Runnable onCancel;
  private @Nullable R answered;
  private volatile boolean cancelled;

  /** Returns the response; completes exceptionally with the status of a rejection. */
  public CompletableFuture<R> answer() {
    return answer;
  }

  /** Returns the status of the rejection. */
  public StatusRuntimeException refusal() {
    return (StatusRuntimeException)
        Objects.requireNonNull(answer.handle((response, e) -> e).join(), "it was answered");
  }

  /** The caller is gone. */
  void cancel() {
    cancelled = true;
    run(onCancel);
  }

  private static void run(@Nullable Runnable handler) {
    if (handler != null) {
      handler.run();
    }
  }

  @Override
  public void onNext(R response) {
    answered = response;
  }

  @Override
  public void onError(Throwable e) {
    run(onClose);
    answer.completeExceptionally(e);
  }

  @Override
  public void onCompleted() {
    run(onClose);
    answer.complete(Objects.requireNonNull(answered));
  }

  @Override
  public boolean isCancelled() {
    return cancelled;
  }

  @Override
  public void setOnCancelHandler(Runnable handler) {
    onCancel = handler;
  }

  @Override
  public void setOnCloseHandler(Runnable handler) {
    onClose = handler;
  }

  @Override
  public void setCompression(String compression) {}

  @Override
  public boolean isReady() {
    return true;
  }

  @Override
  public void setOnReadyHandler(Runnable handler) {}

  @Override
  public void request(int count) {}

  @Override
  public void setMessageCompression(boolean enable) {}

  @Override
  public void disableAutoInboundFlowControl() {}
}
