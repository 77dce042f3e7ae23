package dev.holdfast.client;

import dev.holdfast.client.model.Reservation;
import java.util.Objects;
import java.util.function.BooleanSupplier;

/** The sale that a {@link SaleSteps} works for. Thread-safe. */
public final class SaleInProgress {
  private final Reservation reservation;
  private final BooleanSupplier leaseLost;

  /**
   * Makes an instance for a test of a node's steps; in a sale the SDK makes it.
   *
   * @param reservation the reservation
   * @param leaseLost whether the reservation is gone; may be asked by any thread
   */
  public SaleInProgress(Reservation reservation, BooleanSupplier leaseLost) {
    this.reservation = Objects.requireNonNull(reservation, "reservation");
    this.leaseLost = Objects.requireNonNull(leaseLost, "leaseLost");
  }

  /** {@return the reservation as it was sold, with its slot and amount} */
  public Reservation reservation() {
    return reservation;
  }

  /**
   * {@return whether the ledger has said that the reservation is gone, for example because its
   * lease ran out. The sale then ends when the step does}
   */
  public boolean isLeaseLost() {
    return leaseLost.getAsBoolean();
  }
}
