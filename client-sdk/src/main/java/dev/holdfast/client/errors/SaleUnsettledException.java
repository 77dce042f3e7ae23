package dev.holdfast.client.errors;

import dev.holdfast.client.model.Reservation;

/**
 * The chain holds the slot of a {@link dev.holdfast.client.Sale} for this node, but the ledger did
 * not confirm that it is filled: it has lost the reservation, or was unreachable for too long.
 * Nothing was released. <b>{@link dev.holdfast.client.Reservations#reconcile} is due</b>: a
 * reservation that still exists becomes filled, one that is gone is made again if there is space.
 * The cause is the last answer of the ledger.
 */
public final class SaleUnsettledException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Reservation reservation;

  /**
   * Makes the exception of a slot that was submitted.
   *
   * @param reservation the reservation as it was sold
   * @param cause the last answer of the ledger
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
