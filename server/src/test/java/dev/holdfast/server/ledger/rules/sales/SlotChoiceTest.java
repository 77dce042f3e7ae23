package dev.holdfast.server.ledger.rules.sales;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.testing.Seed;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class SlotChoiceTest {
  private static SlotChoice draw(long slotCount, long seed, long... excluded) {
    return SlotChoice.draw(slotCount, SlotIndexes.below(slotCount, excluded), seed);
  }

  /** Returns the choice after a scan of all reservations. */
  private static SlotChoice redraw(
      long slotCount, long seed, Set<Long> reserved, long... excluded) {
    FreeSlotDraw again = new FreeSlotDraw(draw(slotCount, 0, excluded), seed);
    reserved.stream().sorted(Long::compareUnsigned).forEach(again::accept);
    return again.choice();
  }

  private static long[] members(int bits) {
    return IntStream.range(0, 6).filter(i -> (bits >> i & 1) != 0).asLongStream().toArray();
  }

  private static Set<Long> set(long... members) {
    return LongStream.of(members).boxed().collect(Collectors.toSet());
  }

  private static OptionalLong first(SlotChoice choice, Set<Long> reserved) {
    return choice.first(reserved::contains);
  }

  /** Every request of up to four slots, with every set of six excluded and every set reserved. */
  @Test
  void exactlyTheFreeOnesAreChosen() {
    for (int slotCount = 1; slotCount <= 4; slotCount++) {
      int count = slotCount;
      for (int excluded = 0; excluded < 64; excluded++) {
        long[] out = members(excluded);
        for (int reserved = 0; reserved < 64; reserved++) {
          int taken = excluded | reserved;
          Set<Long> held = set(members(reserved));
          Set<Long> expected =
              set(LongStream.range(0, count).filter(i -> (taken >> i & 1) == 0).toArray());
          Set<Long> chosen = new TreeSet<>();
          Set<Long> redrawn = new TreeSet<>();
          for (long seed = 0; seed < 60; seed++) {
            SlotChoice choice = draw(count, seed, out);
            assertTrue(choice.exhaustive());
            first(choice, held).ifPresent(chosen::add);
            SlotChoice again = redraw(count, seed, held, out);
            assertEquals(expected.isEmpty(), again.exhaustive());
            LongStream.of(again.drawn()).forEach(redrawn::add);
          }
          assertEquals(expected, chosen);
          assertEquals(expected, redrawn);
        }
      }
    }
  }

  private static void assertEven(Set<Long> expected, LongFunction<OptionalLong> drawing) {
    int each = 50_000 / expected.size();
    Map<Long, Integer> times = new TreeMap<>();
    for (long i = 0; i < 50_000; i++) {
      times.merge(drawing.apply(Seed.VALUE + i).orElseThrow(), 1, Integer::sum);
    }
    assertEquals(expected, times.keySet());
    double deviation = Math.sqrt(each);
    times.values().forEach(n -> assertTrue(Math.abs(n - each) < 6 * deviation, times::toString));
  }

  @Test
  void eachFreeOneIsAsLikelyAsAnyOther() {
    Set<Long> few = set(0, 1, 3, 4, 6);
    assertEven(few, seed -> first(draw(7, seed, 2), set(5)));
    // Of more than are all drawn, with few free.
    Set<Long> reserved = LongStream.range(5, 297).boxed().collect(Collectors.toSet());
    Set<Long> free = set(0, 1, 2, 4, 298, 299);
    assertEven(free, seed -> firstOfSeveral(seed, reserved));
    assertEven(
        free,
        seed -> {
          SlotChoice again = redraw(300, seed, reserved, 3, 4000, 297, 17);
          return OptionalLong.of(again.drawn()[(int) (seed & 7)]);
        });
  }

  /** Draws until one of those drawn is free. */
  private static OptionalLong firstOfSeveral(long seed, Set<Long> reserved) {
    OptionalLong found = OptionalLong.empty();
    for (long more = 0; found.isEmpty(); more++) {
      SlotChoice choice = draw(300, Long.rotateLeft(seed, 20) + more, 3, 4000, 297, 17);
      assertFalse(choice.exhaustive());
      found = first(choice, reserved);
    }
    return found;
  }

  @Test
  void aRequestMayHaveAsManySlotsAsThereAreNumbers() {
    long last = -2;
    long[] excluded = {-1, 0, last, last};
    Set<Long> reserved = set(1, Long.MAX_VALUE);
    List<Long> drawn = new ArrayList<>();
    for (long i = 0; i < 100; i++) {
      LongStream.of(draw(-1, Seed.VALUE + i, excluded).drawn()).forEach(drawn::add);
      LongStream.of(redraw(-1, Seed.VALUE + i, reserved, excluded).drawn()).forEach(drawn::add);
    }
    drawn.forEach(
        index -> assertTrue(index != 0 && Long.compareUnsigned(index, last) < 0, "" + index));
    assertTrue(drawn.stream().anyMatch(index -> index < 0));
    assertTrue(drawn.stream().anyMatch(index -> index > 0));
    SlotIndexes ends = SlotIndexes.below(-1, 0, last);
    assertEquals(1, ends.absent(0));
    assertEquals(last - 1, ends.absent(last - 2));
    assertEquals(OptionalLong.of(last - 2), ends.rank(last - 1));
    assertEquals(OptionalLong.empty(), ends.rank(last));
  }

  @Test
  void whereNothingIsExcludedRanksAreIndexes() {
    SlotIndexes none = SlotIndexes.below(5);
    assertEquals(4, none.absent(4));
    assertEquals(OptionalLong.of(4), none.rank(4));
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
