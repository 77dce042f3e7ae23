package dev.holdfast.client.errors;

import dev.holdfast.client.model.ReservationState;
import java.util.Map;

/** The slot has a reservation already, made by another operation than this one. */
public final class SlotAlreadyReservedException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception of facts that a server sent, as the SDK does.
   *
   * @param facts the facts; a number that they lack is -1 in this exception
   */
  public SlotAlreadyReservedException(Facts facts) {
    super(facts);
  }

  /**
   * Makes one for a test of code that handles it.
   *
   * @param currentGeneration the generation of the reservation that the slot has
   * @param amountBytes how many bytes it has
   * @param state how far it has come
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

  /** {@return the generation of that reservation, or -1 where the server did not say} */
  public long currentGeneration() {
    return number("current_generation");
  }

  /** {@return how many bytes it has, or -1 where the server did not say} */
  public long amountBytes() {
    return number("amount_bytes");
  }

  /** {@return how far it has come} */
  public ReservationState state() {
    return ReservationState.ofName(metadata().getOrDefault("state", ""));
  }
}
