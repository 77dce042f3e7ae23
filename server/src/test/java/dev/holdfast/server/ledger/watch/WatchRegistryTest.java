package dev.holdfast.server.ledger.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.server.ledger.FaultyStore;
import dev.holdfast.server.ledger.StoreRunner;
import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.ledger.rules.repositories.CreateRepository;
import dev.holdfast.server.ledger.rules.repositories.DeleteRepository;
import dev.holdfast.server.ledger.rules.repositories.UpdateRepository;
import dev.holdfast.testing.Seed;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Tests the messages to watches, in an order that the test controls. */
class WatchRegistryTest extends WatchRegistryFixture {
  @Test
  void theFirstMessageComesAtOnceEvenWithNothingInIt() {
    change(2);
    assertEquals(List.of(">3"), watch(null).told(), "from now");
    assertEquals(List.of(">3"), watch(3L).told());
    assertEquals(List.of("3>3"), watch(2L).told());
    assertEquals(List.of("1 2 3>3"), watch(0L).told(), "from the creation");
  }

  @Test
  void whatComesIsToldInOrderWithoutTheStore() {
    NotedSink sink = watch(null);
    int reads = store.reads();
    change();
    runThreads();
    change(2);
    runThreads();
    assertEquals(List.of(">1", "2>2", "3 4>4"), sink.told());
    assertEquals(reads, store.reads());
  }

  @Test
  void theWriterLeavesEverythingToOtherThreads() {
    NotedSink sink = watch(null);
    sink.told();
    change(5);
    assertEquals(List.of(), sink.told());
    assertEquals(1, threads.size(), "and that once");
    runThreads();
    assertEquals(List.of("2 3 4 5 6>6"), sink.told());
  }

  @Test
  void whatIsCommittedWhileItBeginsIsNeitherLostNorToldTwice() {
    for (int at = 0; at < 3; at++) {
      NotedSink sink = new NotedSink();
      long before = Objects.requireNonNull(store.repository(REPOSITORY)).revision();
      WatchSession<NotedSink.Message> watcher = newWatcher(REPOSITORY, before, sink);
      List<Event> late = at == 0 ? commitUntold(new UpdateRepository(REPOSITORY, 5)) : List.of();
      watcher.wake();
      if (at == 1) {
        change();
      }
      threads.remove().run();
      // Read from the store already, and only now told of.
      if (!late.isEmpty()) {
        watches.committed(REPOSITORY, late);
      }
      change();
      runThreads();
      List<Long> seen = sink.events();
      long now = Objects.requireNonNull(store.repository(REPOSITORY)).revision();
      assertEquals(range(before + 1, now), seen);
    }
  }

  @Test
  void whoIsNotReadyCostsNothingAndMissesNothing() {
    NotedSink sink = new NotedSink();
    WatchSession<NotedSink.Message> watcher = start(sink, null);
    sink.told();
    sink.ready = false;
    int reads = store.reads();
    change(RECENT_EVENTS + 10);
    watches.tick();
    watches.tick();
    runThreads();
    assertEquals(List.of(), sink.told());
    assertEquals(reads, store.reads());
    sink.ready = true;
    watcher.wake();
    runThreads();
    assertTrue(store.reads() > reads, "it was behind what is in memory");
    List<Long> seen = sink.events();
    assertEquals(range(2, RECENT_EVENTS + 11), seen);
    assertTrue(sink.messages.stream().allMatch(one -> one.events().size() <= EVENTS_PER_MESSAGE));
  }

  @Test
  void whoIsReadyForOneMessageIsGivenOne() {
    NotedSink sink =
        new NotedSink() {
          @Override
          public void send(Message message) {
            super.send(message);
            ready = false;
          }
        };
    change(2 * EVENTS_PER_MESSAGE);
    WatchSession<NotedSink.Message> watcher = start(sink, 0L);
    assertEquals(1, sink.messages.size());
    sink.ready = true;
    watcher.wake();
    runThreads();
    assertEquals(2, sink.messages.size());
    assertEquals(2 * EVENTS_PER_MESSAGE, sink.messages.get(1).revision());
  }

  @Test
  void whoFallsOutOfWhatIsKeptIsToldSo() {
    NotedSink sink = new NotedSink();
    WatchSession<NotedSink.Message> watcher = start(sink, null);
    sink.ready = false;
    change(RECENT_EVENTS + 10);
    StoreRunner.purge(store, 6);
    sink.ready = true;
    watcher.wake();
    runThreads();
    assertEquals(List.of(">1"), sink.told(), "no gap");
    assertEquals("REVISION_COMPACTED", sink.reason());
    assertEquals(
        Map.of("repository_id", "default", "after_revision", "1", "oldest_revision", "6"),
        Objects.requireNonNull(sink.end).facts());
    assertEquals(0, watches.count());
  }

  @Test
  void aBeginningThatIsNoLongerKeptOrNotYetThereIsRefused() {
    change(2);
    StoreRunner.purge(store, nowMicros);
    NotedSink old = watch(1L);
    assertEquals("REVISION_COMPACTED", old.reason());
    assertEquals("4", Objects.requireNonNull(old.end).facts().get("oldest_revision"));
    NotedSink future = watch(4L);
    assertEquals("REVISION_IN_FUTURE", future.reason());
    assertEquals("3", Objects.requireNonNull(future.end).facts().get("revision"));
    assertEquals("REVISION_IN_FUTURE", watch(Long.MAX_VALUE).reason());
    assertEquals(List.of(">3"), watch(3L).told());
    assertEquals(List.of(), old.told());
    assertEquals(1, watches.count());
  }

  @Test
  void aDeletionIsToldAndEndsTheWatch() {
    NotedSink sink = watch(null);
    NotedSink slow = new NotedSink();
    WatchSession<NotedSink.Message> watcher = start(slow, null);
    slow.ready = false;
    commit(new DeleteRepository(REPOSITORY));
    commit(new CreateRepository(REPOSITORY, 10));
    runThreads();
    slow.ready = true;
    watcher.wake();
    runThreads();
    for (NotedSink one : List.of(sink, slow)) {
      assertEquals(List.of(">1", "2>2"), one.told(), "and nothing of the next repository");
      assertEquals("REPOSITORY_NOT_FOUND", one.reason());
    }
    assertEquals(List.of("1 2>2", "3>3"), watch(0L).told(), "made again, its history goes on");
    commit(new DeleteRepository(REPOSITORY));
    runThreads();
    assertEquals("REPOSITORY_NOT_FOUND", watch(0L).reason());
    assertEquals(0, watches.count());
  }

  @Test
  void whatIsNotThereCannotBeWatched() {
    NotedSink sink = new NotedSink();
    newWatcher("other", null, sink).wake();
    runThreads();
    assertEquals("REPOSITORY_NOT_FOUND", sink.reason());
  }

  @Test
  void nobodyIsWokenForAnotherRepository() {
    NotedSink sink = watch(null);
    commit(new CreateRepository("other", 10));
    assertTrue(threads.isEmpty());
    assertEquals(List.of(">1"), sink.told());
  }

  @Test
  void whoIsToldNothingForTwoPeriodsIsToldThat() {
    NotedSink sink = watch(null);
    sink.told();
    int reads = store.reads();
    watches.tick();
    runThreads();
    assertEquals(List.of(), sink.told(), "it was told something in this one");
    watches.tick();
    runThreads();
    assertEquals(List.of(">1"), sink.told());
    change();
    runThreads();
    watches.tick();
    runThreads();
    assertEquals(List.of("2>2"), sink.told());
    watches.tick();
    runThreads();
    assertEquals(List.of(">2"), sink.told());
    assertEquals(reads, store.reads());
  }

  @Test
  void manyAtTheSamePlaceShareOneMessage() {
    List<NotedSink> sinks = new ArrayList<>();
    for (int i = 0; i < 2000; i++) {
      sinks.add(watch(null));
    }
    sinks.forEach(NotedSink::told);
    int reads = store.reads();
    change();
    runThreads();
    NotedSink.Message message = sinks.get(0).messages.get(0);
    sinks.forEach(sink -> assertSame(message, sink.messages.get(0)));
    assertEquals(reads, store.reads());
  }

  @Test
  void aCommitInDoubtIsLookedForInTheStore() {
    NotedSink sink = watch(null);
    change();
    runThreads();
    List<Event> unheard = commitUntold(new UpdateRepository(REPOSITORY, 7));
    watches.commitOutcomeUnknown();
    runThreads();
    assertEquals(List.of(">1", "2>2", "3>3"), sink.told());
    assertEquals(3, unheard.get(0).revision());
    commitUntold(new UpdateRepository(REPOSITORY, 8));
    change();
    runThreads();
    assertEquals(List.of("4 5>5"), sink.told(), "what nobody spoke of is no gap");
  }

  @Test
  void whoLeavesIsToldNothingMoreAndForgotten() {
    NotedSink sink = new NotedSink();
    WatchSession<NotedSink.Message> watcher = start(sink, null);
    change();
    watcher.leave();
    runThreads();
    assertEquals(List.of(">1"), sink.told());
    assertEquals(0, watches.count());
    change();
    assertTrue(threads.isEmpty(), "nobody watches this repository any more");
  }

  @Test
  void aStoreThatFailsEndsTheWatchAndNothingElse() {
    store.failAt(FaultyStore.Step.READ);
    NotedSink sink = watch(0L);
    assertInstanceOf(StoreException.class, sink.failure);
    assertEquals(1, failures.notes().size());
    assertEquals(0, watches.count());
    store.failAt(null);
    assertEquals(List.of("1>1"), watch(0L).told());
  }

  @Test
  void inWhateverOrderThingsHappenEachRevisionIsToldOnce() {
    Random random = Seed.random();
    List<NotedSink> sinks = new ArrayList<>();
    List<WatchSession<NotedSink.Message>> watchers = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      NotedSink sink = new NotedSink();
      sinks.add(sink);
      watchers.add(newWatcher(REPOSITORY, 0L, sink));
    }
    for (int i = 0; i < 20_000; i++) {
      int one = random.nextInt(sinks.size());
      switch (random.nextInt(5)) {
        case 0 -> change();
        case 1 -> sinks.get(one).ready = random.nextBoolean();
        case 2 -> watchers.get(one).wake();
        case 3 -> watches.tick();
        default -> {
          if (!threads.isEmpty()) {
            threads.remove().run();
          }
        }
      }
    }
    sinks.forEach(sink -> sink.ready = true);
    watchers.forEach(WatchSession::wake);
    runThreads();
    long now = Objects.requireNonNull(store.repository(REPOSITORY)).revision();
    for (NotedSink sink : sinks) {
      assertEquals(range(1, now), sink.events());
    }
  }
}
