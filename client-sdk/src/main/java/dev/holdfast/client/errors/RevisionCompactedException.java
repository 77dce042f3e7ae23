package dev.holdfast.client.errors;

import java.util.Map;

/**
 * Events that were asked for, or that a {@link dev.holdfast.client.requests.Reconcile} would have
 * to know, are no longer kept. A watcher begins with a new copy; a node that reconciles reads the
 * revision and asks the chain again.
 */
public final class RevisionCompactedException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception of facts that a server sent, as the SDK does.
   *
   * @param facts the facts; a number that they lack is -1 in this exception
   */
  public RevisionCompactedException(Facts facts) {
    super(facts);
  }

  /**
   * Makes one for a test of code that handles it.
   *
   * @param oldestRevision the revision of the oldest event that is kept
   * @return the exception, not thrown
   */
  public static RevisionCompactedException of(long oldestRevision) {
    return new RevisionCompactedException(
        Facts.of(
            ErrorReason.REVISION_COMPACTED,
            Map.of("oldest_revision", Long.toString(oldestRevision))));
  }

  /**
   * {@return the revision of the oldest event that is kept, or that the next one will have; -1
   * where the server did not say}
   */
  public long oldestRevision() {
    return number("oldest_revision");
  }
}
