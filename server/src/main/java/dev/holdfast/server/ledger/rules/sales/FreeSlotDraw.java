package dev.holdfast.server.ledger.rules.sales;

import java.util.Arrays;
import java.util.OptionalLong;
import java.util.function.LongConsumer;

/**
 * Draws free slots of a request, while it receives the indexes of all reserved slots in ascending
 * order. It does not store these, of which there may be millions, but only a sample of the free
 * slots so far: when more free slots are found, one of them replaces a drawn slot with the
 * probability that a draw from all free slots so far would have chosen it (reservoir sampling,
 * Vitter, 1985).
 */
public final class FreeSlotDraw implements LongConsumer {
  /** Number of draws; several, because other sales may take some slots before the decision. */
  private static final int DRAWS = 16;

  private final SlotChoice choice;
  private final UnsignedRandom random;

  /** The drawn slots, as ranks among the slots that are not excluded. */
  private final long[] drawn = new long[DRAWS];

  private final long count;
  private long freeCount;

  /** The first rank that was not processed yet. */
  private long next;

  /**
   * Makes a draw for a choice whose slots are all reserved.
   *
   * @param seed an arbitrary number that determines the draw
   */
  public FreeSlotDraw(SlotChoice choice, long seed) {
    this.choice = choice;
    this.random = new UnsignedRandom(seed);
    this.count = choice.slotCount() - choice.excluded().size();
  }

  /** Receives the index of a reserved slot. */
  @Override
  public void accept(long index) {
    OptionalLong rank = choice.excluded().rank(index);
    if (rank.isPresent() && Long.compareUnsigned(rank.getAsLong(), count) < 0) {
      free(rank.getAsLong());
      next = rank.getAsLong() + 1;
    }
  }

  /** Processes the free slots before this rank. */
  private void free(long end) {
    long length = end - next;
    if (length == 0) {
      return;
    }
    freeCount += length;
    for (int i = 0; i < DRAWS; i++) {
      long offset = random.below(freeCount);
      if (Long.compareUnsigned(offset, length) < 0) {
        drawn[i] = next + offset;
      }
    }
  }

  /** Returns the choice with the drawn slots; to be called after the last index. */
  public SlotChoice choice() {
    free(count);
    next = count;
    return choice.redrawn(freeCount == 0 ? new long[0] : Arrays.copyOf(drawn, DRAWS));
  }
}
