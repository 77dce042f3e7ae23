package dev.holdfast.client.results;

import dev.holdfast.client.model.Event;
import java.util.List;
import java.util.Objects;

/**
 * A page of past events.
 *
 * @param events the events, by revision. They may be fewer than asked for, even none, and still not
 *     be the last
 * @param oldestRevision the revision of the oldest event of the repository that is kept, of
 *     whatever slot; where none is kept, that of the next one. Older events are no longer kept
 * @param nextPageToken what to ask the next page with; empty where this was the last one
 */
public record EventPage(List<Event> events, long oldestRevision, String nextPageToken) {
  /** Copies the list. */
  public EventPage {
    events = List.copyOf(events);
    Objects.requireNonNull(nextPageToken, "nextPageToken");
  }
}
