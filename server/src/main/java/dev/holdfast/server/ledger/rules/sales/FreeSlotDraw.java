package dev.holdfast.server.ledger.rules.sales;

import java.util.Arrays;
import java.util.OptionalLong;
import java.util.function.LongConsumer;

/**
 * Draws slots of a request that are free, while the indexes of all that are reserved go by, from
 * the smallest to the largest. It keeps none of these, of which there may be millions, but what it
 * would have drawn so far: each time that more free slots are found, one of them takes the place of
 * a slot that was drawn with the probability that it would have been drawn of all found so far (a
 * reservoir, as of Vitter, 1985).
 */
public final class FreeSlotDraw implements LongConsumer {
  /** So many are drawn, as others may sell some of them before they are decided on. */
  private static final int DRAWS = 16;

  private final SlotChoice choice;
  private final UnsignedRandom random;

  /** By their ranks in what is not excluded. */
  private final long[] drawn = new long[DRAWS];

  private final long count;
  private long freeCount;

  /** The first rank that was not looked at yet. */
  private long next;

  /**
   * For a choice whose slots are all reserved.
   *
   * @param seed whatever number, which decides what is drawn
   */
  public FreeSlotDraw(SlotChoice choice, long seed) {
    this.choice = choice;
    this.random = new UnsignedRandom(seed);
    this.count = choice.slotCount() - choice.excluded().size();
  }

  /** Goes past a slot that is reserved. */
  @Override
  public void accept(long index) {
    OptionalLong rank = choice.excluded().rank(index);
    if (rank.isPresent() && Long.compareUnsigned(rank.getAsLong(), count) < 0) {
      free(rank.getAsLong());
      next = rank.getAsLong() + 1;
    }
  }

  /** All up to this rank are free. */
  private void free(long end) {
    long length = end - next;
    if (length == 0) {
      return;
    }
    freeCount += length;
    for (int i = 0; i < DRAWS; i++) {
      long place = random.below(freeCount);
      if (Long.compareUnsigned(place, length) < 0) {
        drawn[i] = next + place;
      }
    }
  }

  /** The choice with what was drawn, when all went by. */
  public SlotChoice choice() {
    free(count);
    next = count;
    return choice.redrawn(freeCount == 0 ? new long[0] : Arrays.copyOf(drawn, DRAWS));
  }
}
