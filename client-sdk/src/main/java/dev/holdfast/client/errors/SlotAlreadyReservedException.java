package dev.holdfast.client.errors;

import dev.holdfast.client.model.ReservationState;
import java.util.Map;

/** Another operation has already reserved the slot. */
public final class SlotAlreadyReservedException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception from the facts that a server sent.
   *
   * @param facts the facts; a missing number is -1 in this exception
   */
  public SlotAlreadyReservedException(Facts facts) {
    super(facts);
  }

  /**
   * Makes an exception for a test of code that handles it.
   *
   * @param currentGeneration the generation of the reservation that the slot has
   * @param amountBytes its number of bytes
   * @param state its state
   * @return the exception, not thrown
   */
  public static SlotAlreadyReservedException of(
      long currentGeneration, long amountBytes, ReservationState state) {
    return new SlotAlreadyReservedException(
        Facts.of(
            ErrorReason.SLOT_ALREADY_RESERVED,
            Map.of(
                "current_generation",
                Long.toString(currentGeneration),
                "amount_bytes",
                Long.toString(amountBytes),
                "state",
                state.name())));
  }

  /** {@return the generation of that reservation, or -1 if the server did not send it} */
  public long currentGeneration() {
    return number("current_generation");
  }

  /** {@return its number of bytes, or -1 if the server did not send it} */
  public long amountBytes() {
    return number("amount_bytes");
  }

  /** {@return its state} */
  public ReservationState state() {
    return ReservationState.ofName(metadata().getOrDefault("state", ""));
  }
}
