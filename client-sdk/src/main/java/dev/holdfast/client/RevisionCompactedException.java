package dev.holdfast.client;

/**
 * Events that were asked for, or that a {@link Reconcile} would have to know, are no longer kept. A
 * watcher begins with a new copy; whoever reconciles reads the revision and asks the chain anew.
 */
public final class RevisionCompactedException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  RevisionCompactedException(Facts facts) {
    super(facts);
  }

  /**
   * {@return the revision of the oldest event that is kept, or that the next one will have; -1
   * where the server did not say}
   */
  public long oldestRevision() {
    return number("oldest_revision");
  }
}
