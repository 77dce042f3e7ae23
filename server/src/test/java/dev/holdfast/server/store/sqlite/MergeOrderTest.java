package dev.holdfast.server.store.sqlite;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MergeOrderTest {
  private static long[] inOrder(long... hashes) {
    MergeOrder order = new MergeOrder(hashes);
    return IntStream.range(0, order.size()).mapToLong(order::get).toArray();
  }

  @Test
  void theLeastComesFirst() {
    assertArrayEquals(
        new long[] {Long.MIN_VALUE, -2, -1, 0, 1, 1L << 60, Long.MAX_VALUE},
        inOrder(1, Long.MAX_VALUE, -1, 0, 1L << 60, -2, Long.MIN_VALUE));
  }

  @Test
  void noneHaveAnOrderToo() {
    assertEquals(0, MergeOrder.NONE.size());
  }

  @Test
  void manyAreAsIfSorted() {
    long[] hashes = new Random(1).longs(50_000).toArray();
    long[] sorted = hashes.clone();
    Arrays.sort(sorted);
    assertArrayEquals(sorted, inOrder(hashes));
  }

  @Test
  void anyMayBeAskedForAgain() {
    MergeOrder order = new MergeOrder(new long[] {30, 10, 20});
    assertEquals(20, order.get(1));
    assertEquals(10, order.get(0));
    assertEquals(30, order.get(2));
    assertEquals(20, order.get(1));
  }
}
