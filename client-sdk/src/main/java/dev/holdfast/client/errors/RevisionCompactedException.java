package dev.holdfast.client.errors;

import java.util.Map;

/**
 * The requested events, or events that a {@link dev.holdfast.client.requests.Reconcile} needs, are
 * no longer kept. A watcher begins with a new copy; a node that reconciles reads the revision and
 * asks the chain again.
 */
public final class RevisionCompactedException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception from the facts that a server sent.
   *
   * @param facts the facts; a missing number is -1 in this exception
   */
  public RevisionCompactedException(Facts facts) {
    super(facts);
  }

  /**
   * Makes an exception for a test of code that handles it.
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
   * {@return the revision of the oldest event that is kept, or of the next event if none is kept;
   * -1 if the server did not send it}
   */
  public long oldestRevision() {
    return number("oldest_revision");
  }
}
