package dev.holdfast.server.ledger.rules.sales;

import java.util.Arrays;
import java.util.OptionalLong;
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

  /** The index that is not among these and has so many others of that kind before it. */
  long absent(long rank) {
    int from = 0;
    int to = ascending.length;
    while (from < to) {
      int middle = (from + to) >>> 1;
      // So many of that kind are before the one in the middle.
      if (Long.compareUnsigned(ascending[middle] - middle, rank) > 0) {
        to = middle;
      } else {
        from = middle + 1;
      }
    }
    return rank + from;
  }

  /** How many are before an index of those that are not among these; empty where it is one. */
  public OptionalLong rank(long index) {
    int from = 0;
    int to = ascending.length;
    while (from < to) {
      int middle = (from + to) >>> 1;
      if (Long.compareUnsigned(ascending[middle], index) < 0) {
        from = middle + 1;
      } else {
        to = middle;
      }
    }
    return from < ascending.length && ascending[from] == index
        ? OptionalLong.empty()
        : OptionalLong.of(index - from);
  }

  /** These, from the smallest to the largest. */
  public LongStream ascending() {
    return Arrays.stream(ascending);
  }
}
