package dev.holdfast.client.errors;

import java.util.Map;

/** The repository has not reached the revision: it belongs to another ledger. */
public final class RevisionInFutureException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception from the facts that a server sent.
   *
   * @param facts the facts; a missing number is -1 in this exception
   */
  public RevisionInFutureException(Facts facts) {
    super(facts);
  }

  /**
   * Makes an exception for a test of code that handles it.
   *
   * @param currentRevision the revision that the repository has
   * @return the exception, not thrown
   */
  public static RevisionInFutureException of(long currentRevision) {
    return new RevisionInFutureException(
        Facts.of(
            ErrorReason.REVISION_IN_FUTURE, Map.of("revision", Long.toString(currentRevision))));
  }

  /** {@return the revision that the repository has, or -1 if the server did not send it} */
  public long currentRevision() {
    return number("revision");
  }
}
