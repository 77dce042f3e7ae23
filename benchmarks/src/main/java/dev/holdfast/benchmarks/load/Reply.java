package dev.holdfast.benchmarks.load;

import io.grpc.stub.StreamObserver;
import java.util.function.Predicate;

/** The answer of a unary call: checks it, and passes it on. */
record Reply<T>(Predicate<T> check, int operations, Workload.Answer answer)
    implements StreamObserver<T> {
  @Override
  public void onNext(T response) {
    if (check.test(response)) {
      answer.done(operations);
    } else {
      answer.failed(new IllegalStateException("wrong answer: " + response));
    }
  }

  @Override
  public void onError(Throwable t) {
    answer.failed(t);
  }

  @Override
  public void onCompleted() {}
}
