package dev.holdfast.server.ledger.rules.reconcile;

import dev.holdfast.server.ledger.books.Slot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The slots that the chain says are held here, each once and in the order in which they came.
 * Positions count from 0.
 */
public final class Observation {
  private final List<Slot> slots = new ArrayList<>();
  private final Map<Slot, Integer> positions = new HashMap<>();
  private long[] amountsBytes = {};

  /**
   * Adds a slot behind the others.
   *
   * @param amountBytes how many bytes it takes; 0 where that is not known
   * @return false where it is there already, and nothing was added
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

  /** How many slots were observed. */
  public int size() {
    return slots.size();
  }

  /** Where a slot stands; less than 0 where it was not observed. */
  int position(Slot slot) {
    return positions.getOrDefault(slot, -1);
  }

  /** What stands at a position. */
  Reconcile.Observed at(int position) {
    return new Reconcile.Observed(slots.get(position), amountsBytes[position]);
  }
}
