package dev.holdfast.client.requests;

import dev.holdfast.client.model.Slot;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The past events to list: {@code ListEvents.ofSlot(slot)}.
 *
 * @param repositoryId which repository; empty means {@code default}
 * @param requestId only those of slots of this request; empty for all
 * @param slot only those of this slot; {@code null} for all
 * @param afterRevision only those after this revision, 0 … 2^63-1; 0 is from the oldest that is
 *     kept
 * @param pageSize how many a page has at most, 0 … 2^31-1: 0 means 100, more than 1,000 means 1,000
 * @param pageToken the {@link dev.holdfast.client.results.EventPage#nextPageToken()} of the page
 *     before, with everything else kept as it was; empty for the first page
 */
public record ListEvents(
    String repositoryId,
    String requestId,
    @Nullable Slot slot,
    long afterRevision,
    int pageSize,
    String pageToken) {
  /** Refuses {@code null} where nothing says that it is allowed. */
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
   * Lists the story of a request in the repository {@code default}.
   *
   * @param requestId the storage request, spelled as in {@link Slot}
   * @return the query
   */
  public static ListEvents ofRequest(String requestId) {
    return new ListEvents("", requestId, null, 0, 0, "");
  }

  /**
   * Lists the story of a slot in the repository {@code default}.
   *
   * @param slot the slot
   * @return the query
   */
  public static ListEvents ofSlot(Slot slot) {
    return new ListEvents("", "", Objects.requireNonNull(slot, "slot"), 0, 0, "");
  }

  /**
   * Returns the same of another repository.
   *
   * @param repositoryId which repository
   * @return a copy
   */
  public ListEvents withRepositoryId(String repositoryId) {
    return new ListEvents(repositoryId, requestId, slot, afterRevision, pageSize, pageToken);
  }

  /**
   * Returns the same, but only what came after a revision.
   *
   * @param afterRevision the revision, 0 … 2^63-1
   * @return a copy
   */
  public ListEvents withAfterRevision(long afterRevision) {
    return new ListEvents(repositoryId, requestId, slot, afterRevision, pageSize, pageToken);
  }

  /**
   * Returns the same in pages of another size.
   *
   * @param pageSize how many a page has at most: 0 means 100, more than 1,000 means 1,000
   * @return a copy
   */
  public ListEvents withPageSize(int pageSize) {
    return new ListEvents(repositoryId, requestId, slot, afterRevision, pageSize, pageToken);
  }

  /**
   * Returns the same, from another page on.
   *
   * @param pageToken the {@link dev.holdfast.client.results.EventPage#nextPageToken()} of the page
   *     before
   * @return a copy
   */
  public ListEvents withPageToken(String pageToken) {
    return new ListEvents(repositoryId, requestId, slot, afterRevision, pageSize, pageToken);
  }
}
