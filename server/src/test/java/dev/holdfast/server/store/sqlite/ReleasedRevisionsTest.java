package dev.holdfast.server.store.sqlite;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.holdfast.server.Seed;
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
  void itIsWhatAMapOfSetsIs() {
    Random random = Seed.random();
    Map<Long, Set<Long>> expected = new TreeMap<>();
    for (long revision = 1; revision <= 20_000; revision++) {
      long hash = random.nextLong(-100, 100);
      Set<Long> known = expected.computeIfAbsent(hash, h -> new HashSet<>());
      known.add(revision);
      revisions.add(hash, revision);
      assertEquals(known, of(hash));
      assertEquals(revision, revisions.size());
    }
    assertEquals(expected.keySet(), hashes());
    assertEquals(expected.size(), revisions.hashes().length);
  }
}
