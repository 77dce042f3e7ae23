package dev.holdfast.server.ledger.books;

import java.util.List;

/**
 * The loaded reservations of a request.
 *
 * @param reservations the reservations, by slot index
 * @param more whether the request has further reservations
 */
public record RequestReservations(List<Reservation> reservations, boolean more) {
  /** A request without reservations. */
  public static final RequestReservations NONE = new RequestReservations(List.of(), false);

  /**
   * Returns the first ones of the found reservations, up to a limit; further ones only set {@code
   * more}.
   */
  public static RequestReservations first(int limit, List<Reservation> found) {
    return found.size() <= limit
        ? new RequestReservations(found, false)
        : new RequestReservations(found.subList(0, limit), true);
  }
}
