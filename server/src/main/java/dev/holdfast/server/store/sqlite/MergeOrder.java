package dev.holdfast.server.store.sqlite;

import java.util.Arrays;

/**
 * Some hundred thousand hashes in their order. Parted by their highest bits at once, which takes
 * some milliseconds; each part is sorted when its turn comes, because to sort them all would hold
 * up everybody for ten times as long.
 */
final class MergeOrder {
  static final MergeOrder NONE = new MergeOrder(new long[0]);

  private static final int PART_BITS = 10;
  private static final int PARTS = 1 << PART_BITS;

  private final long[] hashes;

  /** Where each part begins, and behind the last where it ends. */
  private final int[] begins = new int[PARTS + 1];

  /** How many parts are sorted. */
  private int sortedParts;

  /** The order of these. */
  MergeOrder(long[] unordered) {
    for (long hash : unordered) {
      begins[part(hash) + 1]++;
    }
    for (int part = 0; part < PARTS; part++) {
      begins[part + 1] += begins[part];
    }
    hashes = new long[unordered.length];
    int[] ends = Arrays.copyOf(begins, PARTS);
    for (long hash : unordered) {
      hashes[ends[part(hash)]++] = hash;
    }
  }

  /** By the highest bits, the negative ones first, as SQLite has them. */
  private static int part(long hash) {
    return (int) ((hash ^ Long.MIN_VALUE) >>> (Long.SIZE - PART_BITS));
  }

  int size() {
    return hashes.length;
  }

  /** The one that has so many before it. */
  long get(int index) {
    while (index >= begins[sortedParts]) {
      Arrays.sort(hashes, begins[sortedParts], begins[sortedParts + 1]);
      sortedParts++;
    }
    return hashes[index];
  }
}
