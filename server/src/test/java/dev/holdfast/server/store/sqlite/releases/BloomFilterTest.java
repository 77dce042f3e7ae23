package dev.holdfast.server.store.sqlite.releases;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.testing.Seed;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BloomFilterTest {
  /** Some that has as many for each part as a run has. */
  private static BloomFilter of(int partBits, long[] hashes) {
    BloomFilter filter = new BloomFilter(partBits);
    HashPartitioner parts = new HashPartitioner(hashes, partBits);
    int together = BloomFilter.partsOfSlice(partBits);
    for (int first = 0; first < 1 << partBits; first += together) {
      long[] slice = BloomFilter.slice(partBits);
      for (int part = first; part < first + together; part++) {
        for (long hash : parts.part(part)) {
          BloomFilter.add(slice, partBits, hash);
        }
      }
      filter.put(first, BloomFilter.decode(BloomFilter.encode(slice)));
    }
    return filter;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3, 4, 10})
  void whatIsThereMayBeThereAndFewOthersSeemTo(int partBits) {
    Random random = new Random(Seed.VALUE + partBits);
    long[] hashes = random.longs(190L << partBits).toArray();
    BloomFilter filter = of(partBits, hashes);
    for (long hash : hashes) {
      assertTrue(filter.mayHave(hash));
    }
    int wrong = 0;
    for (int i = 0; i < 100_000; i++) {
      wrong += filter.mayHave(random.nextLong()) ? 1 : 0;
    }
    assertTrue(wrong < 3_000, "of 100,000 that are not there: " + wrong);
  }
}
