package dev.holdfast.client.model;

import java.util.Objects;

/**
 * A slot that the chain says this node holds.
 *
 * @param slot the slot
 * @param amountBytes how many bytes it takes, 0 … 2^63-1; 0 means that it is not known. It counts
 *     only where the slot has no reservation, which is then made with this amount
 */
public record ObservedSlot(Slot slot, long amountBytes) {
  /** Refuses {@code null}. */
  public ObservedSlot {
    Objects.requireNonNull(slot, "slot");
  }

  /**
   * Makes an observation of a slot whose amount is not known.
   *
   * @param slot the slot
   * @return what was observed
   */
  public static ObservedSlot of(Slot slot) {
    return new ObservedSlot(slot, 0);
  }
}
