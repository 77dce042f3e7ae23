package dev.holdfast.client.errors;

import java.util.Map;

/** The repository has not reached the revision that was named: it is of another ledger. */
public final class RevisionInFutureException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception of facts that a server sent, as the SDK does.
   *
   * @param facts the facts; a number that they lack is -1 in this exception
   */
  public RevisionInFutureException(Facts facts) {
    super(facts);
  }

  /**
   * Makes one for a test of code that handles it.
   *
   * @param currentRevision the revision that the repository has
   * @return the exception, not thrown
   */
  public static RevisionInFutureException of(long currentRevision) {
    return new RevisionInFutureException(
        Facts.of(
            ErrorReason.REVISION_IN_FUTURE, Map.of("revision", Long.toString(currentRevision))));
  }

  /** {@return the revision that the repository has, or -1 where the server did not say} */
  public long currentRevision() {
    return number("revision");
  }
}
