package dev.holdfast.server.store.sqlite.releases;

import java.util.Arrays;

/** Some hundred thousand hashes, parted by their highest bits. It takes some milliseconds. */
final class HashPartitioner {
  private final long[] hashes;

  /** Where each part begins, and behind the last where it ends. */
  private final int[] begins;

  /**
   * Parts these.
   *
   * @param bits so many of the highest bits tell the part
   */
  HashPartitioner(long[] unordered, int bits) {
    begins = new int[(1 << bits) + 1];
    for (long hash : unordered) {
      begins[of(hash, bits) + 1]++;
    }
    for (int part = 1; part < begins.length; part++) {
      begins[part] += begins[part - 1];
    }
    hashes = new long[unordered.length];
    int[] ends = Arrays.copyOf(begins, begins.length - 1);
    for (long hash : unordered) {
      hashes[ends[of(hash, bits)]++] = hash;
    }
  }

  /** The part that a hash belongs to, of 2^bits. */
  static int of(long hash, int bits) {
    // A shift by all 64 bits would be none.
    return (int) (hash >>> 1 >>> (Long.SIZE - 1 - bits));
  }

  /** The hashes of a part, in no order. */
  long[] part(int part) {
    return Arrays.copyOfRange(hashes, begins[part], begins[part + 1]);
  }
}
