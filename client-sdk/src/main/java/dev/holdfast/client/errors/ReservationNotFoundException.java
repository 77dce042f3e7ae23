package dev.holdfast.client.errors;

import dev.holdfast.client.model.Slot;
import java.util.Map;

/**
 * The slot has no reservation that the call could change: it never had one, its history is no
 * longer kept, or the named reservation was released.
 */
public final class ReservationNotFoundException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception from the facts that a server sent.
   *
   * @param facts the facts
   */
  public ReservationNotFoundException(Facts facts) {
    super(facts);
  }

  /**
   * Makes an exception for a test of code that handles it.
   *
   * @param slot the slot that has no reservation
   * @return the exception, not thrown
   */
  public static ReservationNotFoundException of(Slot slot) {
    return new ReservationNotFoundException(
        Facts.of(
            ErrorReason.RESERVATION_NOT_FOUND,
            Map.of(
                "request_id",
                slot.requestId(),
                "slot_index",
                Long.toUnsignedString(slot.slotIndex()))));
  }
}
