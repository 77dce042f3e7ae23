package dev.holdfast.client.results;

import dev.holdfast.client.model.Event;
import java.util.List;
import java.util.Objects;

/**
 * A page of past events.
 *
 * @param events the events, by revision. A page may have fewer than the page size, even none,
 *     without being the last
 * @param oldestRevision the revision of the oldest event of the repository that is kept, of any
 *     slot; if none is kept, that of the next event. Older events are no longer kept
 * @param nextPageToken the token for the next page; empty for the last page
 */
public record EventPage(List<Event> events, long oldestRevision, String nextPageToken) {
  /** Copies the list. */
  public EventPage {
    events = List.copyOf(events);
    Objects.requireNonNull(nextPageToken, "nextPageToken");
  }
}
