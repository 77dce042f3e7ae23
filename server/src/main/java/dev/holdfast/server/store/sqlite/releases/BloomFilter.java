package dev.holdfast.server.store.sqlite.releases;

import java.nio.ByteBuffer;

/**
 * Determines which hashes a run does not contain, to avoid reads of the run. It reports one or two
 * percent of the absent hashes as possibly present. Each hash uses one word of the filter (Putze,
 * Sanders and Singler, "Cache-, Hash- and Space-Efficient Bloom Filters", 2007).
 *
 * <p>A filter consists of slices. A slice covers some partitions of the run, and is written
 * together with them.
 */
final class BloomFilter {
  /** Each partition has 2^5 words: ten bits for each of its 190 entries. */
  private static final int WORD_BITS = 5;

  /** A slice covers at most 2^4 partitions, so that its row fills a page. */
  private static final int SLICE_PARTITION_BITS = 4;

  private final int partitionBits;
  private final long[][] slices;

  /** Makes a filter without slices for a run of 2^partitionBits partitions. */
  BloomFilter(int partitionBits) {
    this.partitionBits = partitionBits;
    this.slices = new long[(1 << partitionBits) / partitionsOfSlice(partitionBits)][];
  }

  /** Returns the size of a complete filter, in bytes. */
  static long bytes(int partitionBits) {
    return (long) Long.BYTES << (partitionBits + WORD_BITS);
  }

  /** Returns the number of partitions of a run that a slice covers. */
  static int partitionsOfSlice(int partitionBits) {
    return 1 << Math.min(SLICE_PARTITION_BITS, partitionBits);
  }

  /** Returns an empty slice. */
  static long[] slice(int partitionBits) {
    return new long[partitionsOfSlice(partitionBits) << WORD_BITS];
  }

  /** Adds a hash to a slice. */
  static void add(long[] slice, int partitionBits, long hash) {
    slice[word(slice, partitionBits, hash)] |= bits(hash);
  }

  /** Adds a complete slice. */
  void put(int firstPartition, long[] slice) {
    slices[firstPartition / partitionsOfSlice(partitionBits)] = slice;
  }

  /** Returns whether the filter has all slices. */
  boolean isComplete() {
    for (long[] slice : slices) {
      if (slice == null) {
        return false;
      }
    }
    return true;
  }

  /** Returns false only if the run does not contain the hash. The filter must be complete. */
  boolean mayContain(long hash) {
    long[] slice =
        slices[HashPartitioner.of(hash, partitionBits) / partitionsOfSlice(partitionBits)];
    long bits = bits(hash);
    return (slice[word(slice, partitionBits, hash)] & bits) == bits;
  }

  private static int word(long[] slice, int partitionBits, long hash) {
    // The number of words in a slice is a power of two.
    return HashPartitioner.of(hash, partitionBits + WORD_BITS) & (slice.length - 1);
  }

  private static long bits(long hash) {
    return 1L << hash | 1L << (hash >>> 6) | 1L << (hash >>> 12) | 1L << (hash >>> 18);
  }

  static byte[] encode(long[] slice) {
    ByteBuffer bytes = ByteBuffer.allocate(slice.length * Long.BYTES);
    bytes.asLongBuffer().put(slice);
    return bytes.array();
  }

  static long[] decode(byte[] bytes) {
    long[] slice = new long[bytes.length / Long.BYTES];
    ByteBuffer.wrap(bytes).asLongBuffer().get(slice);
    return slice;
  }
}
