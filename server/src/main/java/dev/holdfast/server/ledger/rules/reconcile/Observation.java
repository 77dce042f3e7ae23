package dev.holdfast.server.ledger.rules.reconcile;

import dev.holdfast.server.ledger.books.Slot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The slots that are held here according to the chain, each once and in the order received.
 * Positions start at 0.
 */
public final class Observation {
  private final List<Slot> slots = new ArrayList<>();
  private final Map<Slot, Integer> positions = new HashMap<>();
  private long[] amountsBytes = {};

  /**
   * Adds a slot after the others.
   *
   * @param amountBytes the bytes of the slot; 0 if unknown
   * @return false if the slot was added before
   */
  public boolean add(Slot slot, long amountBytes) {
    int position = slots.size();
    if (positions.putIfAbsent(slot, position) != null) {
      return false;
    }
    slots.add(slot);
    if (position == amountsBytes.length) {
      amountsBytes = Arrays.copyOf(amountsBytes, Math.max(16, 2 * position));
    }
    amountsBytes[position] = amountBytes;
    return true;
  }

  /** Returns the number of observed slots. */
  public int size() {
    return slots.size();
  }

  /** Returns the position of a slot; negative if it was not observed. */
  int position(Slot slot) {
    return positions.getOrDefault(slot, -1);
  }

  /** Returns the observation at a position. */
  Reconcile.Observed at(int position) {
    return new Reconcile.Observed(slots.get(position), amountsBytes[position]);
  }
}
