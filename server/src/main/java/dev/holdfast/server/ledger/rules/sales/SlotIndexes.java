package dev.holdfast.server.ledger.rules.sales;

import java.util.Arrays;
import java.util.OptionalLong;
import java.util.stream.LongStream;

/** An immutable set of unsigned slot indexes, stored compactly because there may be millions. */
public final class SlotIndexes {
  private final long[] ascending;

  private SlotIndexes(long[] ascending) {
    this.ascending = ascending;
  }

  /** Returns the set of the indexes below a bound. The indexes may be unordered and repeated. */
  public static SlotIndexes below(long bound, long... indexes) {
    long[] ascending = new long[indexes.length];
    int count = 0;
    for (long index : indexes) {
      if (Long.compareUnsigned(index, bound) < 0) {
        // With the highest bit flipped, signed numbers sort like unsigned ones.
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

  /** Returns the index with this rank among the indexes that are not in the set. */
  long absent(long rank) {
    int from = 0;
    int to = ascending.length;
    while (from < to) {
      int middle = (from + to) >>> 1;
      // This is the number of absent indexes before the middle one.
      if (Long.compareUnsigned(ascending[middle] - middle, rank) > 0) {
        to = middle;
      } else {
        from = middle + 1;
      }
    }
    return rank + from;
  }

  /**
   * Returns the rank of an index among those that are not in the set; empty if it is in the set.
   */
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

  /** Returns the indexes in ascending order. */
  public LongStream ascending() {
    return Arrays.stream(ascending);
  }
}
