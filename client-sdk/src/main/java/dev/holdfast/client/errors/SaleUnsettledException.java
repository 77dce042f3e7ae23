package dev.holdfast.client.errors;

import dev.holdfast.client.model.Reservation;

/**
 * The chain holds the slot of a {@link dev.holdfast.client.Sale} for this node, but the ledger does
 * not say that it is filled: it has lost the reservation, or was not heard of for too long. Nothing
 * was released. <b>{@link dev.holdfast.client.Reservations#reconcile} is due</b>: a reservation
 * that is still there becomes filled, one that is gone is made again if there is room. The cause is
 * what the ledger said last.
 */
public final class SaleUnsettledException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Reservation reservation;

  /**
   * Makes the exception of a slot that was submitted.
   *
   * @param reservation the reservation as it was sold
   * @param cause what the ledger said last
   */
  public SaleUnsettledException(Reservation reservation, RuntimeException cause) {
    super(
        "%s was submitted, but is not known to be filled: reconcile with the chain"
            .formatted(reservation.slot()),
        cause);
    this.reservation = reservation;
  }

  /** {@return the reservation as it was sold} */
  public Reservation reservation() {
    return reservation;
  }
}
