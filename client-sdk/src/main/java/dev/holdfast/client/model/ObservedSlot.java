package dev.holdfast.client.model;

import java.util.Objects;

/**
 * A slot that this node holds according to the chain.
 *
 * @param slot the slot
 * @param amountBytes its number of bytes, 0 … 2^63-1; 0 means unknown. It is used only if the slot
 *     has no reservation, which is then made with this amount
 */
public record ObservedSlot(Slot slot, long amountBytes) {
  /** Rejects {@code null}. */
  public ObservedSlot {
    Objects.requireNonNull(slot, "slot");
  }

  /**
   * Makes an observation of a slot with an unknown amount.
   *
   * @param slot the slot
   * @return what was observed
   */
  public static ObservedSlot of(Slot slot) {
    return new ObservedSlot(slot, 0);
  }
}
