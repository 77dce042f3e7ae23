package dev.holdfast.client;

import java.util.function.BooleanSupplier;

/** What a {@link SaleSteps} works for. Thread-safe. */
public final class SaleInProgress {
  private final Reservation reservation;
  private final BooleanSupplier leaseLost;

  SaleInProgress(Reservation reservation, BooleanSupplier leaseLost) {
    this.reservation = reservation;
    this.leaseLost = leaseLost;
  }

  /** {@return the reservation as it was sold: which slot it is, and how many bytes} */
  public Reservation reservation() {
    return reservation;
  }

  /**
   * {@return whether the ledger has said that the reservation is gone, because its lease ran out
   * say. The sale then ends when the step does}
   */
  public boolean isLeaseLost() {
    return leaseLost.getAsBoolean();
  }
}
