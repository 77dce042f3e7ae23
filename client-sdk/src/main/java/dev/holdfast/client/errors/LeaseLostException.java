package dev.holdfast.client.errors;

import dev.holdfast.client.model.Reservation;

/**
 * The reservation of a {@link dev.holdfast.client.Sale} ended before the slot was submitted, for
 * example because its lease expired while the server was unreachable, or because its request was
 * ended. Its space is free again and the slot was not filled. The exception of the interrupted step
 * is suppressed in this one.
 */
public final class LeaseLostException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Reservation reservation;

  /**
   * Makes the exception of a reservation that ended.
   *
   * @param reservation the reservation
   * @param cause the answer of the server that it is gone
   */
  public LeaseLostException(Reservation reservation, HoldfastException cause) {
    super("the reservation of %s is gone".formatted(reservation.slot()), cause);
    this.reservation = reservation;
  }

  /** {@return the reservation that ended} */
  public Reservation reservation() {
    return reservation;
  }
}
