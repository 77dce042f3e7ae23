package dev.holdfast.server.ledger.rules;

import java.util.Arrays;
import java.util.stream.LongStream;

/** A set of slot indexes, which are unsigned. There may be millions, so they are kept as such. */
public final class SlotIndexes {
  private final long[] ascending;

  private SlotIndexes(long[] ascending) {
    this.ascending = ascending;
  }

  /** Those of these indexes that are below a bound, in whatever order and however often. */
  public static SlotIndexes below(long bound, long... indexes) {
    long[] ascending = new long[indexes.length];
    int count = 0;
    for (long index : indexes) {
      if (Long.compareUnsigned(index, bound) < 0) {
        // With the highest bit turned, signed numbers sort as the unsigned ones do.
        ascending[count++] = index ^ Long.MIN_VALUE;
      }
    }
    Arrays.sort(ascending, 0, count);
    int distinct = 0;
    for (int i = 0; i < count; i++) {
      long index = ascending[i] ^ Long.MIN_VALUE;
      if (distinct == 0 || ascending[distinct - 1] != index) {
        ascending[distinct++] = index;
      }
    }
    return new SlotIndexes(Arrays.copyOf(ascending, distinct));
  }

  int size() {
    return ascending.length;
  }

  /** These and the others that are below a bound. */
  SlotIndexes with(long bound, long... others) {
    long[] all = Arrays.copyOf(ascending, ascending.length + others.length);
    System.arraycopy(others, 0, all, ascending.length, others.length);
    return below(bound, all);
  }

  /** The index that is not among these and has so many others of that kind before it. */
  long absent(long rank) {
    long index = rank;
    for (long present : ascending) {
      if (Long.compareUnsigned(present, index) > 0) {
        break;
      }
      index++;
    }
    return index;
  }

  /** These, from the smallest to the largest. */
  public LongStream ascending() {
    return Arrays.stream(ascending);
  }
}
