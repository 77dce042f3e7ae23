package dev.holdfast.client.errors;

import dev.holdfast.client.model.ReleaseReason;
import java.util.Map;

/**
 * A reserve was sent again, and what it had reserved has been released since. OK would mean "you
 * hold this space", which is no longer so. To reserve again, make a new {@link
 * dev.holdfast.client.requests.ReserveSlot}.
 */
public final class ReservationReleasedException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception of facts that a server sent, as the SDK does.
   *
   * @param facts the facts; a number that they lack is -1 in this exception
   */
  public ReservationReleasedException(Facts facts) {
    super(facts);
  }

  /**
   * Makes one for a test of code that handles it.
   *
   * @param generation the generation of the reservation
   * @param amountBytes how many bytes it had
   * @param reason why it was released
   * @return the exception, not thrown
   */
  public static ReservationReleasedException of(
      long generation, long amountBytes, ReleaseReason reason) {
    return new ReservationReleasedException(
        Facts.of(
            ErrorReason.RESERVATION_RELEASED,
            Map.of(
                "generation",
                Long.toString(generation),
                "amount_bytes",
                Long.toString(amountBytes),
                "reason",
                reason.name())));
  }

  /** {@return the generation of the reservation, or -1 where the server did not say} */
  public long generation() {
    return number("generation");
  }

  /** {@return how many bytes it had, or -1 where the server did not say} */
  public long amountBytes() {
    return number("amount_bytes");
  }

  /** {@return why it was released} */
  public ReleaseReason releaseReason() {
    return ReleaseReason.ofName(metadata().getOrDefault("reason", ""));
  }
}
