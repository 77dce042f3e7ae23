package dev.holdfast.it;

import dev.holdfast.v1.ApplyRequest;
import dev.holdfast.v1.Operation;
import dev.holdfast.v1.OperationResult;
import java.util.List;

/** A way to send changes to a server: with the SDK, or with bare stubs. */
interface ClientUnderTest extends AutoCloseable {
  /** The outcome of a change is not known, or it was turned away for now. Send it again. */
  final class UnansweredException extends RuntimeException {
    private static final long serialVersionUID = 1;

    UnansweredException(RuntimeException cause) {
      super(cause);
    }
  }

  /** A change was refused as a whole; the refusal is the error of the result. */
  final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final OperationResult result;

    RefusedException(com.google.rpc.Status status) {
      super(status.toString());
      result = OperationResult.newBuilder().setError(status).build();
    }

    OperationResult result() {
      return result;
    }
  }

  /**
   * Sends one change; a refusal is a result too.
   *
   * @throws UnansweredException where nothing is known
   */
  OperationResult send(Operation operation);

  /**
   * Sends many.
   *
   * @throws UnansweredException where nothing is known
   * @throws RefusedException where it was refused as a whole
   */
  List<OperationResult> apply(ApplyRequest request);

  /**
   * Reserves unassigned bytes, or gives them back where there are fewer than 0.
   *
   * @return the revision of the answer
   * @throws UnansweredException where nothing is known
   * @throws RefusedException where it was refused
   */
  long unassigned(String repositoryId, long bytes, String operationId);

  /** Whether a change may leave open which generation it means; the SDK always names one. */
  boolean takesAnyGeneration();

  @Override
  void close();
}
