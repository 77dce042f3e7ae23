package dev.holdfast.server.store.sqlite.releases;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.holdfast.testing.Seed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ReleaseMemtableTest {
  private final ReleaseMemtable memtable = new ReleaseMemtable(10);

  private List<Long> of(long hash) {
    List<Long> found = new ArrayList<>();
    memtable.forEach(hash, found::add);
    return found;
  }

  private Set<Long> hashes() {
    return Arrays.stream(memtable.hashes()).boxed().collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void anEntryTakesThePlaceOfTheOlderOnesUnderItsHashUnlessItKeepsThem() {
    memtable.add(7, 300);
    memtable.add(0, 301);
    memtable.add(7, 302);
    assertEquals(List.of(302L), of(7));
    long keeping = ReleaseEntry.keepingOlder(303);
    memtable.add(7, keeping);
    assertEquals(List.of(302L, keeping), of(7));
    assertEquals(3, memtable.size());
    memtable.add(7, 304);
    assertEquals(List.of(304L), of(7));
    assertEquals(304, memtable.last(7));
    assertEquals(List.of(301L), of(0));
    assertEquals(List.of(), of(8));
    assertEquals(0, memtable.last(8));
    assertEquals(2, memtable.size());
    assertEquals(Set.of(0L, 7L), hashes());
  }

  @Test
  void itIsWhatAMapOfListsIs() {
    Random random = Seed.random();
    Map<Long, List<Long>> expected = new HashMap<>();
    for (long place = 1; place <= 20_000; place++) {
      long hash = random.nextLong(-100, 100);
      boolean keeps = random.nextInt(4) > 0;
      long entry = keeps ? ReleaseEntry.keepingOlder(place) : place;
      List<Long> known = expected.computeIfAbsent(hash, h -> new ArrayList<>());
      if (!keeps) {
        known.clear();
      }
      known.add(entry);
      memtable.add(hash, entry);
      assertEquals(known, of(hash));
    }
    assertEquals(expected.keySet(), hashes());
    assertEquals(expected.values().stream().mapToInt(List::size).sum(), memtable.size());
  }
}
