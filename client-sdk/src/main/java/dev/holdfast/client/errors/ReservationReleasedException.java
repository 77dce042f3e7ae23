package dev.holdfast.client.errors;

import dev.holdfast.client.model.ReleaseReason;
import java.util.Map;

/**
 * A reserve was sent again, but its reservation has been released since. OK would mean "you hold
 * this space", which is no longer true. To reserve again, make a new {@link
 * dev.holdfast.client.requests.ReserveSlot}.
 */
public final class ReservationReleasedException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception from the facts that a server sent.
   *
   * @param facts the facts; a missing number is -1 in this exception
   */
  public ReservationReleasedException(Facts facts) {
    super(facts);
  }

  /**
   * Makes an exception for a test of code that handles it.
   *
   * @param generation the generation of the reservation
   * @param amountBytes its number of bytes
   * @param reason the reason of its release
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

  /** {@return the generation of the reservation, or -1 if the server did not send it} */
  public long generation() {
    return number("generation");
  }

  /** {@return its number of bytes, or -1 if the server did not send it} */
  public long amountBytes() {
    return number("amount_bytes");
  }

  /** {@return the reason of its release} */
  public ReleaseReason releaseReason() {
    return ReleaseReason.ofName(metadata().getOrDefault("reason", ""));
  }
}
