package dev.holdfast.client;

/** The repository has not reached the revision that was named: it is of another ledger. */
public final class RevisionInFutureException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  RevisionInFutureException(Facts facts) {
    super(facts);
  }

  /** {@return the revision that the repository has, or -1 where the server did not say} */
  public long currentRevision() {
    return number("revision");
  }
}
