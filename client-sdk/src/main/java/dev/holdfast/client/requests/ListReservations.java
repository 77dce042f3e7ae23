package dev.holdfast.client.requests;

import dev.holdfast.client.model.Page;
import dev.holdfast.client.model.ReservationState;
import dev.holdfast.client.model.Slot;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The reservations to list: {@code ListReservations.all().withState(ReservationState.FILLED)}.
 *
 * @param repositoryId the repository; empty means {@code default}
 * @param requestId the request of the reservations; empty for all
 * @param state the state of the reservations, {@code RESERVED} or {@code FILLED}; {@code null} for
 *     both
 * @param pageSize the largest number of entries in a page, 0 … 2^31-1: 0 means 100, more than 1,000
 *     means 1,000
 * @param pageToken the {@link Page#nextPageToken()} of the page before, with the other fields
 *     unchanged; empty for the first page
 */
public record ListReservations(
    String repositoryId,
    String requestId,
    @Nullable ReservationState state,
    int pageSize,
    String pageToken) {
  /** Rejects {@code null} except where {@code @Nullable} allows it. */
  public ListReservations {
    Objects.requireNonNull(repositoryId, "repositoryId");
    Objects.requireNonNull(requestId, "requestId");
    Objects.requireNonNull(pageToken, "pageToken");
  }

  /** {@return everything in the repository {@code default}, in pages of the server's size} */
  public static ListReservations all() {
    return new ListReservations("", "", null, 0, "");
  }

  /**
   * Returns the same query for another repository.
   *
   * @param repositoryId the repository
   * @return a copy
   */
  public ListReservations withRepositoryId(String repositoryId) {
    return new ListReservations(repositoryId, requestId, state, pageSize, pageToken);
  }

  /**
   * Returns the same query for one request.
   *
   * @param requestId the storage request, spelled as in {@link Slot}
   * @return a copy
   */
  public ListReservations withRequestId(String requestId) {
    return new ListReservations(repositoryId, requestId, state, pageSize, pageToken);
  }

  /**
   * Returns the same query for one state.
   *
   * @param state {@code RESERVED} or {@code FILLED}
   * @return a copy
   */
  public ListReservations withState(ReservationState state) {
    return new ListReservations(
        repositoryId, requestId, Objects.requireNonNull(state, "state"), pageSize, pageToken);
  }

  /**
   * Returns the same query with another page size.
   *
   * @param pageSize the largest number of entries in a page: 0 means 100, more than 1,000 means
   *     1,000
   * @return a copy
   */
  public ListReservations withPageSize(int pageSize) {
    return new ListReservations(repositoryId, requestId, state, pageSize, pageToken);
  }

  /**
   * Returns the same query for another page.
   *
   * @param pageToken the {@link Page#nextPageToken()} of the page before
   * @return a copy
   */
  public ListReservations withPageToken(String pageToken) {
    return new ListReservations(repositoryId, requestId, state, pageSize, pageToken);
  }
}
