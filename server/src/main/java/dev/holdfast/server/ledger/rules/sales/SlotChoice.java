package dev.holdfast.server.ledger.rules.sales;

import java.util.OptionalLong;
import java.util.function.LongPredicate;

/**
 * Which slot of a request is sold: one that is neither excluded nor reserved, each as likely as any
 * other. There can be nearly 2^64 slots, and millions of reservations, and what a sale costs the
 * one writer must not depend on how many. So some slots that are not excluded are drawn before,
 * each of all of them, and the first that is free when the sale is decided is taken: of those that
 * are free it is any with the same probability.
 *
 * <p>Where all that were drawn are reserved, others are drawn by somebody who has the time to go
 * through all reservations, {@link FreeSlotDraw}. That is seldom: with half of a request reserved
 * here, once in 2^64 times; with nine tenths, once in a thousand.
 */
public final class SlotChoice {
  /** So many are drawn. */
  static final int DRAWS = 64;

  /** Where not more than these are not excluded, all of them are drawn. */
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
   * A choice from what is not excluded.
   *
   * @param slotCount how many slots the request has; to be read as unsigned
   * @param excluded some of these
   * @param seed whatever number, which decides what is drawn
   */
  public static SlotChoice draw(long slotCount, SlotIndexes excluded, long seed) {
    long count = slotCount - excluded.size();
    UnsignedRandom random = new UnsignedRandom(seed);
    boolean all = Long.compareUnsigned(count, ALL_DRAWN) <= 0;
    long[] drawn = new long[all ? (int) count : DRAWS];
    for (int i = 0; i < drawn.length; i++) {
      if (all) {
        // A shuffle of all ranks, from the inside out.
        int place = (int) random.below(i + 1L);
        drawn[i] = drawn[place];
        drawn[place] = i;
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

  /** The same with others drawn, by their ranks in what is not excluded. */
  SlotChoice redrawn(long[] ranks) {
    return ofRanks(slotCount, excluded, ranks, ranks.length == 0);
  }

  long slotCount() {
    return slotCount;
  }

  public SlotIndexes excluded() {
    return excluded;
  }

  /** The indexes of the slots that were drawn; whoever gets them leaves them as they are. */
  long[] drawn() {
    return drawn;
  }

  /** Whether no slot is free where none of those drawn is. */
  boolean exhaustive() {
    return exhaustive;
  }

  /** The slot to be sold; empty where none of those drawn is free. */
  OptionalLong first(LongPredicate isReserved) {
    for (long index : drawn) {
      if (!isReserved.test(index)) {
        return OptionalLong.of(index);
      }
    }
    return OptionalLong.empty();
  }

  /** About how many bytes it takes. */
  long bytes() {
    return (long) Long.BYTES * (excluded.size() + drawn.length);
  }
}
