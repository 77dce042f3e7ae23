package dev.holdfast.server.ledger.rules.sales;

import java.util.OptionalLong;
import java.util.function.LongPredicate;

/**
 * Chooses the slot to sell: a slot that is neither excluded nor reserved, each with the same
 * probability. There can be nearly 2^64 slots and millions of reservations, and the cost for the
 * single writer must not depend on their number. So some slots are drawn beforehand from all that
 * are not excluded, and the decision takes the first free one: each free slot has the same
 * probability.
 *
 * <p>If all drawn slots are reserved, {@link FreeSlotDraw} scans all reservations and draws again.
 * That is rare: if half of a request is reserved here, once in 2^64 sales; at nine tenths, once in
 * a thousand.
 */
public final class SlotChoice {
  /** Number of draws. */
  static final int DRAWS = 64;

  /** Up to this number of slots that are not excluded, all of them are drawn. */
  static final int ALL_DRAWN = 128;

  private final long slotCount;
  private final SlotIndexes excluded;
  private final long[] drawn;
  private final boolean exhaustive;

  private SlotChoice(long slotCount, SlotIndexes excluded, long[] drawn, boolean exhaustive) {
    this.slotCount = slotCount;
    this.excluded = excluded;
    this.drawn = drawn;
    this.exhaustive = exhaustive;
  }

  /**
   * Returns a choice from the slots that are not excluded.
   *
   * @param slotCount the number of slots of the request, as an unsigned number
   * @param excluded the excluded slots
   * @param seed an arbitrary number that determines the draw
   */
  public static SlotChoice draw(long slotCount, SlotIndexes excluded, long seed) {
    long count = slotCount - excluded.size();
    UnsignedRandom random = new UnsignedRandom(seed);
    boolean all = Long.compareUnsigned(count, ALL_DRAWN) <= 0;
    long[] drawn = new long[all ? (int) count : DRAWS];
    for (int i = 0; i < drawn.length; i++) {
      if (all) {
        // A shuffle of all ranks (the inside-out algorithm).
        int position = (int) random.below(i + 1L);
        drawn[i] = drawn[position];
        drawn[position] = i;
      } else {
        drawn[i] = random.below(count);
      }
    }
    return ofRanks(slotCount, excluded, drawn, all);
  }

  private static SlotChoice ofRanks(
      long slotCount, SlotIndexes excluded, long[] ranks, boolean exhaustive) {
    for (int i = 0; i < ranks.length; i++) {
      ranks[i] = excluded.absent(ranks[i]);
    }
    return new SlotChoice(slotCount, excluded, ranks, exhaustive);
  }

  /** Returns the choice with other draws, given as ranks among the slots that are not excluded. */
  SlotChoice redrawn(long[] ranks) {
    return ofRanks(slotCount, excluded, ranks, ranks.length == 0);
  }

  long slotCount() {
    return slotCount;
  }

  public SlotIndexes excluded() {
    return excluded;
  }

  /** Returns the indexes of the drawn slots, which must not be modified. */
  long[] drawn() {
    return drawn;
  }

  /** Returns whether no slot is free if none of the drawn ones is. */
  boolean exhaustive() {
    return exhaustive;
  }

  /** Returns the slot to sell; empty if no drawn slot is free. */
  OptionalLong first(LongPredicate isReserved) {
    for (long index : drawn) {
      if (!isReserved.test(index)) {
        return OptionalLong.of(index);
      }
    }
    return OptionalLong.empty();
  }

  /** Returns the approximate memory size in bytes. */
  long bytes() {
    return (long) Long.BYTES * (excluded.size() + drawn.length);
  }
}
