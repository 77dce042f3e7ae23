package dev.holdfast.server.ledger.engine;

import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.books.Slot;
import org.jspecify.annotations.Nullable;

/**
 * Selects events of a repository.
 *
 * @param repositoryId the repository
 * @param requestId selects events of slots of this request; null for all
 * @param slot selects events of this slot; null for all
 * @param afterRevision selects events after this revision
 * @param limit maximum number of events
 */
public record EventsQuery(
    String repositoryId,
    @Nullable String requestId,
    @Nullable Slot slot,
    long afterRevision,
    int limit) {

  /** Returns a query for all events after this revision. */
  public static EventsQuery all(String repositoryId, long afterRevision, int limit) {
    return new EventsQuery(repositoryId, null, null, afterRevision, limit);
  }

  /** Returns this query for events after another revision. */
  public EventsQuery behind(long revision) {
    return new EventsQuery(repositoryId, requestId, slot, revision, limit);
  }

  /** Returns whether the query selects this event. */
  public boolean wants(Event event) {
    if (event.revision() <= afterRevision) {
      return false;
    }
    Slot eventSlot = event.slot();
    return (slot == null || slot.equals(eventSlot))
        && (requestId == null || (eventSlot != null && requestId.equals(eventSlot.requestId())));
  }
}
