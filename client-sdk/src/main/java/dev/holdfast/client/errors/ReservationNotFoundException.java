package dev.holdfast.client.errors;

import dev.holdfast.client.model.Slot;
import java.util.Map;

/**
 * The slot has no reservation to act upon: it never had one, it is no longer remembered, or the
 * named one was released.
 */
public final class ReservationNotFoundException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception of facts that a server sent, as the SDK does.
   *
   * @param facts the facts
   */
  public ReservationNotFoundException(Facts facts) {
    super(facts);
  }

  /**
   * Makes one for a test of code that handles it.
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
