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
    HashPartitioner parts = new HashPartitioner(new long[] {1, -1, 1L << 62, 2, Long.MIN_VALUE}, 2);
    assertArrayEquals(new long[] {1, 2}, parts.part(0));
    assertArrayEquals(new long[] {1L << 62}, parts.part(1));
    assertArrayEquals(new long[] {Long.MIN_VALUE}, parts.part(2));
    assertArrayEquals(new long[] {-1}, parts.part(3));
  }

  @Test
  void withoutBitsThereIsOnePart() {
    HashPartitioner parts = new HashPartitioner(new long[] {-1, 1}, 0);
    assertArrayEquals(new long[] {-1, 1}, parts.part(0));
  }

  @Test
  void allOfManyAreInTheirParts() {
    long[] hashes = Seed.random().longs(50_000).toArray();
    HashPartitioner parts = new HashPartitioner(hashes, 7);
    List<Long> found = new ArrayList<>();
    for (int part = 0; part < 1 << 7; part++) {
      for (long hash : parts.part(part)) {
        assertEquals(part, HashPartitioner.of(hash, 7));
        found.add(hash);
      }
    }
    assertArrayEquals(
        Seed.random().longs(50_000).sorted().toArray(),
        found.stream().mapToLong(Long::longValue).sorted().toArray());
  }
}
