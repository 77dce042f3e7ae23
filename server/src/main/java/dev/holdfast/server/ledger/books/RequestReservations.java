package dev.holdfast.server.ledger.books;

import java.util.List;

/**
 * The reservations of a request, as far as they were loaded.
 *
 * @param reservations by slot index
 * @param more whether the request has others
 */
public record RequestReservations(List<Reservation> reservations, boolean more) {
  /** The request has none. */
  public static final RequestReservations NONE = new RequestReservations(List.of(), false);

  /** The first so many of those found; whether there are others is told by those beyond. */
  public static RequestReservations first(int limit, List<Reservation> found) {
    return found.size() <= limit
        ? new RequestReservations(found, false)
        : new RequestReservations(found.subList(0, limit), true);
  }
}
