package dev.holdfast.server.store.sqlite.releases;

import java.nio.ByteBuffer;

/**
 * Which hashes a run does not have, so that it need not be read for them: of those it says wrongly
 * of one or two in a hundred that they may be there. A Bloom filter of which a hash looks at one
 * word alone (Putze, Sanders and Singler, "Cache-, Hash- and Space-Efficient Bloom Filters", 2007).
 *
 * <p>It comes in slices of some parts of the run, each written when its parts are.
 */
final class BloomFilter {
  /** With 190 releases a part: ten bits for each. */
  private static final int WORD_BITS = 5;

  /** As many as fill a page. */
  private static final int SLICE_PART_BITS = 4;

  private final int partBits;
  private final long[][] slices;

  /** One for a run of so many parts, which has nothing yet. */
  BloomFilter(int partBits) {
    this.partBits = partBits;
    this.slices = new long[(1 << partBits) / partsOfSlice(partBits)][];
  }

  /** How much room one takes that has all of its slices. */
  static long bytes(int partBits) {
    return (long) Long.BYTES << (partBits + WORD_BITS);
  }

  /** How many parts of a run share a slice. */
  static int partsOfSlice(int partBits) {
    return 1 << Math.min(SLICE_PART_BITS, partBits);
  }

  /** An empty slice. */
  static long[] slice(int partBits) {
    return new long[partsOfSlice(partBits) << WORD_BITS];
  }

  /** Adds a hash to the slice that it belongs to. */
  static void add(long[] slice, int partBits, long hash) {
    slice[word(slice, partBits, hash)] |= bits(hash);
  }

  /** Takes a slice over. */
  void put(int firstPart, long[] slice) {
    slices[firstPart / partsOfSlice(partBits)] = slice;
  }

  /** Whether all slices are there. */
  boolean complete() {
    for (long[] slice : slices) {
      if (slice == null) {
        return false;
      }
    }
    return true;
  }

  /** False only where the run does not have this hash. To be asked when all slices are there. */
  boolean mayHave(long hash) {
    long[] slice = slices[HashPartitioner.of(hash, partBits) / partsOfSlice(partBits)];
    long bits = bits(hash);
    return (slice[word(slice, partBits, hash)] & bits) == bits;
  }

  private static int word(long[] slice, int partBits, long hash) {
    // The slices have as many words as a power of two.
    return HashPartitioner.of(hash, partBits + WORD_BITS) & (slice.length - 1);
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
