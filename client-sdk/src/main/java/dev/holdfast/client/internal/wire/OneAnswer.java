package dev.holdfast.client.internal.wire;

import com.google.protobuf.Message;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Receives the single answer of a call, or its error. */
public final class OneAnswer<A extends Message> implements StreamObserver<A> {
  private final Consumer<A> answered;
  private final Consumer<Throwable> failed;
  private @Nullable A message;

  public OneAnswer(Consumer<A> answered, Consumer<Throwable> failed) {
    this.answered = answered;
    this.failed = failed;
  }

  @Override
  public void onNext(A message) {
    this.message = message;
  }

  @Override
  public void onError(Throwable t) {
    failed.accept(t);
  }

  @Override
  public void onCompleted() {
    if (message == null) {
      onError(Status.INTERNAL.withDescription("OK without an answer").asRuntimeException());
    } else {
      answered.accept(message);
    }
  }
}
