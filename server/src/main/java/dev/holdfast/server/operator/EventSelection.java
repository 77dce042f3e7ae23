package dev.holdfast.server.operator;

import dev.holdfast.client.model.Event;
import dev.holdfast.client.model.Reservation;
import dev.holdfast.client.model.Slot;
import dev.holdfast.client.requests.ListEvents;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Selects events: of a slot, of a request, or all.
 *
 * @param requestId the request; empty for all events
 * @param slot the slot; null for all slots of the request
 */
record EventSelection(String requestId, @Nullable Slot slot) {
  /** A request id may contain slashes too, so the last one counts. */
  private static final Pattern SLOT = Pattern.compile("(.+)/(\\d{1,20})");

  /** The server writes a hash with {@code 0x} and in lower case, however a caller writes it. */
  private static final Pattern HASH = Pattern.compile("(?:0[xX])?([0-9a-fA-F]{64})");

  static final EventSelection ALL = new EventSelection("", null);

  static EventSelection ofRequest(String requestId) {
    return new EventSelection(asStored(requestId), null);
  }

  /**
   * Returns the selection that {@code REQUEST/INDEX} or {@code REQUEST} names.
   *
   * @throws NumberFormatException if the index is 2^64 or more
   */
  static EventSelection of(String target) {
    Matcher matcher = SLOT.matcher(target);
    if (!matcher.matches()) {
      return ofRequest(target);
    }
    String requestId = asStored(matcher.group(1));
    return new EventSelection(
        requestId, new Slot(requestId, Long.parseUnsignedLong(matcher.group(2))));
  }

  /** Returns the query for the selected events. */
  ListEvents query() {
    if (slot != null) {
      return ListEvents.ofSlot(slot);
    }
    return requestId.isEmpty() ? ListEvents.all() : ListEvents.ofRequest(requestId);
  }

  /** Returns whether an event is selected. */
  boolean contains(Event event) {
    if (requestId.isEmpty()) {
      return true;
    }
    Reservation reservation = reservation(event);
    return reservation != null
        && (slot == null
            ? reservation.slot().requestId().equals(requestId)
            : reservation.slot().equals(slot));
  }

  /** Returns the reservation that an event is about; null if it is about the repository. */
  static @Nullable Reservation reservation(Event event) {
    if (event instanceof Event.Reserved reserved) {
      return reserved.reservation();
    } else if (event instanceof Event.Filled filled) {
      return filled.reservation();
    } else if (event instanceof Event.Released released) {
      return released.reservation();
    }
    return null;
  }

  private static String asStored(String requestId) {
    Matcher hash = HASH.matcher(requestId);
    return hash.matches() ? "0x" + hash.group(1).toLowerCase(Locale.ROOT) : requestId;
  }
}
