package dev.holdfast.server.ledger;

import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.books.Slot;
import org.jspecify.annotations.Nullable;

/**
 * Which events, and how many of them.
 *
 * @param repositoryId of which repository
 * @param requestId only those of slots of this request; null for all
 * @param slot only those of this slot; null for all
 * @param afterRevision those behind this revision
 * @param limit how many at the most
 */
public record EventsQuery(
    String repositoryId,
    @Nullable String requestId,
    @Nullable Slot slot,
    long afterRevision,
    int limit) {

  /** All events behind this revision. */
  public static EventsQuery all(String repositoryId, long afterRevision, int limit) {
    return new EventsQuery(repositoryId, null, null, afterRevision, limit);
  }

  /** The same, but only what comes behind this revision. */
  public EventsQuery behind(long revision) {
    return new EventsQuery(repositoryId, requestId, slot, revision, limit);
  }

  /** Whether this is one of those asked for. */
  public boolean wants(Event event) {
    if (event.revision() <= afterRevision) {
      return false;
    }
    Slot about = event.slot();
    return (slot == null || slot.equals(about))
        && (requestId == null || (about != null && requestId.equals(about.requestId())));
  }
}
