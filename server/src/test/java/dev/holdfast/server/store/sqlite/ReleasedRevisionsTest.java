package dev.holdfast.server.store.sqlite;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ReleasedRevisionsTest {
  private final ReleasedRevisions revisions = new ReleasedRevisions(10);

  private Set<Long> of(long hash) {
    Set<Long> found = new TreeSet<>();
    revisions.forEach(hash, found::add);
    return found;
  }

  private Set<Long> hashes() {
    return Arrays.stream(revisions.hashes()).boxed().collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void whatWasReleasedMoreThanOnceHasAllItsRevisions() {
    revisions.add(7, 1);
    revisions.add(0, 2);
    revisions.add(7, 3);
    revisions.add(7, 4);
    assertEquals(Set.of(1L, 3L, 4L), of(7));
    assertEquals(Set.of(2L), of(0));
    assertEquals(Set.of(), of(8));
    assertEquals(4, revisions.size());
    assertEquals(Set.of(0L, 7L), hashes());
  }

  @Test
  void whatIsDroppedIsGoneAndTheOthersStay() {
    revisions.add(7, 1);
    revisions.add(7, 3);
    revisions.add(7, 4);
    revisions.remove(7, 2);
    revisions.remove(8, 1);
    assertEquals(3, revisions.size());
    revisions.remove(7, 4);
    assertEquals(Set.of(1L, 3L), of(7));
    revisions.remove(7, 1);
    revisions.remove(7, 3);
    assertEquals(Set.of(), of(7));
    assertEquals(0, revisions.size());
    assertEquals(Set.of(), hashes());
  }

  @Test
  void itIsWhatAMapOfSetsIs() {
    Random random = new Random(1);
    Map<Long, Set<Long>> expected = new TreeMap<>();
    int size = 0;
    for (long revision = 1; revision <= 20_000; revision++) {
      long hash = random.nextLong(-100, 100);
      Set<Long> known = expected.computeIfAbsent(hash, h -> new HashSet<>());
      if (random.nextInt(3) == 0 && !known.isEmpty()) {
        long one = known.iterator().next();
        known.remove(one);
        revisions.remove(hash, one);
        size--;
      } else {
        known.add(revision);
        revisions.add(hash, revision);
        size++;
      }
      assertEquals(known, of(hash));
      assertEquals(size, revisions.size());
    }
    expected.values().removeIf(Set::isEmpty);
    assertEquals(expected.keySet(), hashes());
    assertEquals(expected.size(), revisions.hashes().length);
  }
}
