package dev.holdfast.server.store.sqlite.releases;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.testing.Seed;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BloomFilterTest {
  /** Some that has as many for each part as a run has. */
  private static BloomFilter of(int partitionBits, long[] hashes) {
    BloomFilter filter = new BloomFilter(partitionBits);
    HashPartitioner partitions = new HashPartitioner(hashes, partitionBits);
    int together = BloomFilter.partitionsOfSlice(partitionBits);
    for (int first = 0; first < 1 << partitionBits; first += together) {
      long[] slice = BloomFilter.slice(partitionBits);
      for (int partition = first; partition < first + together; partition++) {
        for (long hash : partitions.partition(partition)) {
          BloomFilter.add(slice, partitionBits, hash);
        }
      }
      filter.put(first, BloomFilter.decode(BloomFilter.encode(slice)));
    }
    return filter;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3, 4, 10})
  void whatIsThereMayBeThereAndFewOthersSeemTo(int partitionBits) {
    Random random = new Random(Seed.VALUE + partitionBits);
    long[] hashes = random.longs(190L << partitionBits).toArray();
    BloomFilter filter = of(partitionBits, hashes);
    for (long hash : hashes) {
      assertTrue(filter.mayContain(hash));
    }
    int wrong = 0;
    for (int i = 0; i < 100_000; i++) {
      wrong += filter.mayContain(random.nextLong()) ? 1 : 0;
    }
    assertTrue(wrong < 3_000, "of 100,000 that are not there: " + wrong);
  }
}
