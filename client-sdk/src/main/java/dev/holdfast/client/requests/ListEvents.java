package dev.holdfast.client.requests;

import dev.holdfast.client.model.Slot;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The past events to list: {@code ListEvents.ofSlot(slot)}.
 *
 * @param repositoryId the repository; empty means {@code default}
 * @param requestId the request of the events; empty for all
 * @param slot the slot of the events; {@code null} for all
 * @param afterRevision the events begin after this revision, 0 … 2^63-1; 0 means with the oldest
 *     that is kept
 * @param pageSize the largest number of entries in a page, 0 … 2^31-1: 0 means 100, more than 1,000
 *     means 1,000
 * @param pageToken the {@link dev.holdfast.client.results.EventPage#nextPageToken()} of the page
 *     before, with the other fields unchanged; empty for the first page
 */
public record ListEvents(
    String repositoryId,
    String requestId,
    @Nullable Slot slot,
    long afterRevision,
    int pageSize,
    String pageToken) {
  /** Rejects {@code null} except where {@code @Nullable} allows it. */
  public ListEvents {
    Objects.requireNonNull(repositoryId, "repositoryId");
    Objects.requireNonNull(requestId, "requestId");
    Objects.requireNonNull(pageToken, "pageToken");
  }

  /** {@return every event that is kept of the repository {@code default}} */
  public static ListEvents all() {
    return new ListEvents("", "", null, 0, 0, "");
  }

  /**
   * Lists the events of a request in the repository {@code default}.
   *
   * @param requestId the storage request, spelled as in {@link Slot}
   * @return the query
   */
  public static ListEvents ofRequest(String requestId) {
    return new ListEvents("", requestId, null, 0, 0, "");
  }

  /**
   * Lists the events of a slot in the repository {@code default}.
   *
   * @param slot the slot
   * @return the query
   */
  public static ListEvents ofSlot(Slot slot) {
    return new ListEvents("", "", Objects.requireNonNull(slot, "slot"), 0, 0, "");
  }

  /**
   * Returns the same query for another repository.
   *
   * @param repositoryId the repository
   * @return a copy
   */
  public ListEvents withRepositoryId(String repositoryId) {
    return new ListEvents(repositoryId, requestId, slot, afterRevision, pageSize, pageToken);
  }

  /**
   * Returns the same query for the events after a revision.
   *
   * @param afterRevision the revision, 0 … 2^63-1
   * @return a copy
   */
  public ListEvents withAfterRevision(long afterRevision) {
    return new ListEvents(repositoryId, requestId, slot, afterRevision, pageSize, pageToken);
  }

  /**
   * Returns the same query with another page size.
   *
   * @param pageSize the largest number of entries in a page: 0 means 100, more than 1,000 means
   *     1,000
   * @return a copy
   */
  public ListEvents withPageSize(int pageSize) {
    return new ListEvents(repositoryId, requestId, slot, afterRevision, pageSize, pageToken);
  }

  /**
   * Returns the same query for another page.
   *
   * @param pageToken the {@link dev.holdfast.client.results.EventPage#nextPageToken()} of the page
   *     before
   * @return a copy
   */
  public ListEvents withPageToken(String pageToken) {
    return new ListEvents(repositoryId, requestId, slot, afterRevision, pageSize, pageToken);
  }
}
