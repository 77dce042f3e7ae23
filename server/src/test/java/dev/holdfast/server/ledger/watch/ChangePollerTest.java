package dev.holdfast.server.ledger.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.holdfast.server.ledger.FaultyStore;
import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.rules.repositories.DeleteRepository;
import dev.holdfast.server.ledger.rules.repositories.UpdateRepository;
import dev.holdfast.testing.Seed;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Watchers of one server see what another commits, in order, with nothing missing. */
class ChangePollerTest extends WatchRegistryFixture {
  private final ChangePoller poller = new ChangePoller(store, watches);

  private List<Event> commitElsewhere() {
    return commitUntold(new UpdateRepository(REPOSITORY, nowMicros));
  }

  private void poll() {
    poller.run();
    runThreads();
  }

  @Test
  void whatAnotherServerCommitsIsFound() {
    NotedSink sink = watch(null);
    commitElsewhere();
    commitElsewhere();
    runThreads();
    assertEquals(List.of(">1"), sink.told());
    poll();
    assertEquals(List.of("2 3>3"), sink.told());
    poll();
    assertEquals(List.of(), sink.told());
  }

  @Test
  void aDeletionElsewhereEndsTheWatch() {
    NotedSink sink = watch(null);
    commitUntold(new DeleteRepository(REPOSITORY));
    poll();
    assertEquals(List.of(2L), sink.events());
  }

  @Test
  void whereTheStoreFailsTheNextPassFindsIt() {
    NotedSink sink = watch(null);
    commitElsewhere();
    store.failAt(FaultyStore.Step.READ);
    poll();
    store.failAt(null);
    poll();
    assertEquals(List.of(2L), sink.events());
    assertEquals(List.of(), failures.notes());
  }

  @Test
  void whatIsToldLateDoesNotHideWhatWasFound() {
    NotedSink sink = watch(null);
    List<Event> late = commitElsewhere();
    commitElsewhere();
    poller.run();
    watches.committed(REPOSITORY, late);
    runThreads();
    assertEquals(List.of(2L, 3L), sink.events());
  }

  @Test
  void nothingIsReadWhereNobodyWatches() {
    int reads = store.reads();
    poller.run();
    assertEquals(reads, store.reads());
  }

  /** Own commits are told at once or late, and others are found before, between or after them. */
  @Test
  void howeverCommitsAndPassesFollowEachOtherAllAreToldOnceAndInOrder() {
    Random random = Seed.random();
    NotedSink sink = watch(null);
    List<List<Event>> untold = new ArrayList<>();
    for (int i = 0; i < 3000; i++) {
      switch (random.nextInt(5)) {
        case 0 -> commitElsewhere();
        case 1 -> change();
        case 2 -> untold.add(commitElsewhere());
        case 3 -> {
          // One server tells of its own commits in their order.
          if (!untold.isEmpty()) {
            watches.committed(REPOSITORY, untold.remove(0));
          }
        }
        default -> poller.run();
      }
      if (random.nextBoolean()) {
        runThreads();
      }
    }
    poll();
    assertEquals(range(2, nowMicros - 1), sink.events());
  }
}
