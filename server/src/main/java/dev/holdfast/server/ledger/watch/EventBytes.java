package dev.holdfast.server.ledger.watch;

import dev.holdfast.server.ledger.books.Change;
import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.books.Reservation;
import java.util.List;

/** Estimates the heap bytes of events; a message of the events is smaller. */
final class EventBytes {
  /** The event, its change, the reservation and the slot, without strings. */
  static final int SMALLEST = 224;

  /** An empty string. */
  private static final int STRING = 48;

  /** A list and its entry in the buffer. */
  private static final int LIST = 160;

  private EventBytes() {}

  static long of(List<Event> events) {
    long bytes = LIST;
    for (Event event : events) {
      bytes += of(event);
    }
    return bytes;
  }

  static int of(Event event) {
    Change.Booked change = event.change();
    if (change instanceof Change.SlotReserved reserved) {
      return of(reserved.reservation());
    } else if (change instanceof Change.SlotFilled filled) {
      return of(filled.reservation());
    } else if (change instanceof Change.SlotReleased released) {
      return of(released.released().reservation()) + of(released.released().operationId());
    }
    return SMALLEST;
  }

  private static int of(Reservation reservation) {
    return SMALLEST
        + of(reservation.slot().requestId())
        + of(reservation.reserveOperationId())
        + of(reservation.fill().operationId())
        + of(reservation.offerId());
  }

  private static int of(String text) {
    return text.isEmpty() ? 0 : STRING + text.length();
  }
}
