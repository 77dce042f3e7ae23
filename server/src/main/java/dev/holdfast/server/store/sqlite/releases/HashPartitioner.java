package dev.holdfast.server.store.sqlite.releases;

import java.util.Arrays;

/**
 * Groups hashes by partition, which is determined by their highest bits. Takes some milliseconds
 * for some hundred thousand hashes.
 */
final class HashPartitioner {
  private final long[] hashes;

  /**
   * The index of the first hash of each partition, and the number of hashes as the last element.
   */
  private final int[] begins;

  /**
   * Groups hashes.
   *
   * @param bits the number of highest bits that determine the partition
   */
  HashPartitioner(long[] unordered, int bits) {
    begins = new int[(1 << bits) + 1];
    for (long hash : unordered) {
      begins[of(hash, bits) + 1]++;
    }
    for (int partition = 1; partition < begins.length; partition++) {
      begins[partition] += begins[partition - 1];
    }
    hashes = new long[unordered.length];
    int[] ends = Arrays.copyOf(begins, begins.length - 1);
    for (long hash : unordered) {
      hashes[ends[of(hash, bits)]++] = hash;
    }
  }

  /** Returns the partition of a hash, of 2^bits partitions. */
  static int of(long hash, int bits) {
    // Two shifts, because Java treats a shift by 64 bits as a shift by 0.
    return (int) (hash >>> 1 >>> (Long.SIZE - 1 - bits));
  }

  /** Returns the hashes of a partition, in no order. */
  long[] partition(int partition) {
    return Arrays.copyOfRange(hashes, begins[partition], begins[partition + 1]);
  }
}
