package dev.holdfast.server.ledger.rules;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.server.Seed;
import dev.holdfast.server.ledger.books.TakenIndexes;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class FreeSlotsTest {
  private static StorageRequest request(long slotCount) {
    return new StorageRequest("r", slotCount, 1, 1, BigInteger.ONE, BigInteger.ZERO, null);
  }

  private static FreeSlots free(long slotCount, long[] excluded, long... reserved) {
    return new FreeSlots(
        request(slotCount), SlotIndexes.below(slotCount, excluded), new TakenIndexes(reserved));
  }

  private static long[] members(int bits) {
    return IntStream.range(0, 6).filter(i -> (bits >> i & 1) != 0).asLongStream().toArray();
  }

  /** Every request of up to four slots, with every set of six excluded and every set reserved. */
  @Test
  void exactlyTheFreeOnesAreChosen() {
    for (int slotCount = 1; slotCount <= 4; slotCount++) {
      int count = slotCount;
      for (int excluded = 0; excluded < 64; excluded++) {
        for (int reserved = 0; reserved < 64; reserved++) {
          int taken = excluded | reserved;
          List<Long> expected =
              LongStream.range(0, count).filter(i -> (taken >> i & 1) == 0).boxed().toList();
          FreeSlots free = free(count, members(excluded), members(reserved));
          assertEquals(expected.isEmpty(), free.none());
          if (!free.none()) {
            List<Long> chosen =
                LongStream.range(0, 100).map(free::any).distinct().sorted().boxed().toList();
            assertEquals(expected, chosen);
          }
        }
      }
    }
  }

  @Test
  void eachIsAsLikelyAsAnyOther() {
    FreeSlots free = free(7, new long[] {2}, 5);
    Map<Long, Integer> times = new TreeMap<>();
    for (long seed = 0; seed < 50_000; seed++) {
      times.merge(free.any(Seed.VALUE + seed), 1, Integer::sum);
    }
    assertEquals(List.of(0L, 1L, 3L, 4L, 6L), List.copyOf(times.keySet()));
    // 10,000 of each are expected, with a deviation of 89.
    times.values().forEach(count -> assertTrue(Math.abs(count - 10_000) < 500, times::toString));
  }

  @Test
  void aRequestMayHaveAsManySlotsAsThereAreNumbers() {
    long last = -2;
    FreeSlots free = free(-1, new long[] {-1, 0, last, last}, 1, Long.MAX_VALUE);
    for (long seed = 0; seed < 1000; seed++) {
      long index = free.any(Seed.VALUE + seed);
      assertTrue(Long.compareUnsigned(index, last) < 0 && Long.compareUnsigned(index, 1) > 0);
    }
    assertTrue(LongStream.range(0, 100).anyMatch(seed -> free.any(seed) < 0));
    assertTrue(LongStream.range(0, 100).anyMatch(seed -> free.any(seed) > 0));
    SlotIndexes ends = SlotIndexes.below(-1, 0, last);
    assertEquals(1, ends.absent(0));
    assertEquals(last - 1, ends.absent(last - 2));
  }

  @Test
  void aSetIsTheSameHoweverItIsSpelled() {
    assertArrayEquals(
        new long[] {1, 3, Long.MAX_VALUE, Long.MIN_VALUE, -3},
        SlotIndexes.below(-2, 3, -3, 1, Long.MIN_VALUE, 3, Long.MAX_VALUE, -2, -1, 1)
            .ascending()
            .toArray());
  }
}
