package dev.holdfast.server.store.sqlite.releases;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.holdfast.testing.Seed;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HashPartitionerTest {
  @Test
  void theHighestBitsTellThePart() {
    HashPartitioner partitions =
        new HashPartitioner(new long[] {1, -1, 1L << 62, 2, Long.MIN_VALUE}, 2);
    assertArrayEquals(new long[] {1, 2}, partitions.partition(0));
    assertArrayEquals(new long[] {1L << 62}, partitions.partition(1));
    assertArrayEquals(new long[] {Long.MIN_VALUE}, partitions.partition(2));
    assertArrayEquals(new long[] {-1}, partitions.partition(3));
  }

  @Test
  void withoutBitsThereIsOnePart() {
    HashPartitioner partitions = new HashPartitioner(new long[] {-1, 1}, 0);
    assertArrayEquals(new long[] {-1, 1}, partitions.partition(0));
  }

  @Test
  void allOfManyAreInTheirParts() {
    long[] hashes = Seed.random().longs(50_000).toArray();
    HashPartitioner partitions = new HashPartitioner(hashes, 7);
    List<Long> found = new ArrayList<>();
    for (int partition = 0; partition < 1 << 7; partition++) {
      for (long hash : partitions.partition(partition)) {
        assertEquals(partition, HashPartitioner.of(hash, 7));
        found.add(hash);
      }
    }
    assertArrayEquals(
        Seed.random().longs(50_000).sorted().toArray(),
        found.stream().mapToLong(Long::longValue).sorted().toArray());
  }
}
