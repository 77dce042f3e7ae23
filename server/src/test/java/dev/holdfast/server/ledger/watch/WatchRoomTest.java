package dev.holdfast.server.ledger.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.rules.Rejection;
import dev.holdfast.server.ledger.rules.repositories.CreateRepository;
import dev.holdfast.server.ledger.rules.repositories.UpdateRepository;
import dev.holdfast.server.ledger.rules.slots.Apply;
import dev.holdfast.server.ledger.rules.slots.ReserveSlot;
import dev.holdfast.server.ledger.rules.slots.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/**
 * How many watches there may be, how much is kept for them, and what those get that take nothing.
 */
class WatchRoomTest extends WatchRegistryFixture {
  /** Takes one message at a time, as a network that is slow does. */
  private static class SlowSink extends NotedSink {
    @Override
    public void send(Message message) {
      super.send(message);
      ready = false;
    }
  }

  @Test
  void noMoreThanSoManyWatch() {
    List<WatchSession<NotedSink.Message>> watchers = new ArrayList<>();
    for (int i = 0; i < LIMITS.watchers(); i++) {
      watchers.add(newWatcher(REPOSITORY, null, new NotedSink()));
    }
    assertNull(watches.watch(REPOSITORY, null, new NotedSink()));
    assertNull(watches.watch("other", null, new NotedSink()), "of whatever repository");
    WatchSession<NotedSink.Message> gone = watchers.get(7);
    gone.leave();
    gone.leave();
    watchers.set(7, newWatcher(REPOSITORY, null, new NotedSink()));
    assertNull(watches.watch(REPOSITORY, null, new NotedSink()), "one went, one came");
    watchers.forEach(WatchSession::leave);
    assertEquals(0, watches.openCount());
  }

  @Test
  void anEndThatIsNotTakenKeepsThePlaceUntilItIsCutOff() {
    change(2);
    NotedSink sink = new NotedSink();
    WatchSession<NotedSink.Message> watcher = start(sink, 99L);
    assertEquals("REVISION_IN_FUTURE", sink.reason());
    assertEquals(0, watches.count());
    assertEquals(1, watches.openCount());
    watches.tick();
    assertFalse(sink.reset, "it may take it yet");
    watches.tick();
    assertTrue(sink.reset);
    watcher.leave();
    assertEquals(0, watches.openCount());
  }

  @Test
  void whoFindsNoRoomIsToldLessAtATime() {
    change(4 * EVENTS_PER_MESSAGE);
    List<SlowSink> sinks = new ArrayList<>();
    List<WatchSession<NotedSink.Message>> watchers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      SlowSink sink = new SlowSink();
      sinks.add(sink);
      watchers.add(start(sink, 0L));
    }
    assertEquals(
        List.of(
            EVENTS_PER_MESSAGE, EVENTS_PER_MESSAGE, EVENTS_A_SMALL_MESSAGE, EVENTS_A_SMALL_MESSAGE),
        sinks.stream().map(sink -> sink.events().size()).toList());
    sinks.get(3).ready = true;
    watchers.get(3).wake();
    runThreads();
    assertEquals(2 * EVENTS_A_SMALL_MESSAGE, sinks.get(3).events().size(), "and it goes on");
    // Messages that the network took, or will never take, release their budget.
    watchers.get(0).leave();
    sinks.get(2).ready = true;
    watchers.get(2).wake();
    runThreads();
    assertEquals(EVENTS_A_SMALL_MESSAGE + EVENTS_PER_MESSAGE, sinks.get(2).events().size());
    for (int i = 1; i < 4; i++) {
      while (sinks.get(i).events().size() < 4 * EVENTS_PER_MESSAGE + 1) {
        sinks.get(i).ready = true;
        watchers.get(i).wake();
        runThreads();
      }
      assertEquals(range(1, 4 * EVENTS_PER_MESSAGE + 1), sinks.get(i).events());
    }
    sinks.forEach(sink -> sink.ready = true);
    watchers.forEach(WatchSession::wake);
    runThreads();
    assertEquals(0, watches.unsent().reservedBytes());
  }

  @Test
  void whoTakesNothingLosesItsPlaceOnlyToOthers() {
    change(4 * EVENTS_PER_MESSAGE);
    List<SlowSink> slow = List.of(new SlowSink(), new SlowSink());
    slow.forEach(sink -> start(sink, 0L));
    nanos.addAndGet(LIMITS.stalled().toNanos() + 1);
    watches.tick();
    runThreads();
    slow.forEach(sink -> assertEquals("", sink.reason(), "nobody needs its room"));

    SlowSink late = new SlowSink();
    start(late, 0L);
    assertEquals(EVENTS_A_SMALL_MESSAGE, late.events().size());
    watches.tick();
    slow.forEach(sink -> assertEquals("OVERLOADED", sink.reason()));
    assertEquals("", late.reason(), "it was told something a moment ago");
    assertEquals(1, watches.count());
    Rejection end = Objects.requireNonNull(slow.get(0).end);
    assertEquals(Integer.toString(EVENTS_PER_MESSAGE), end.facts().get("revision"));
  }

  @Test
  void whoTakesNothingMakesPlaceForNewOnes() {
    SlowSink slow = new SlowSink();
    WatchSession<NotedSink.Message> stalled = start(slow, null);
    for (int i = 1; i < LIMITS.watchers(); i++) {
      start(new NotedSink(), null);
    }
    assertNull(watches.watch(REPOSITORY, null, new NotedSink()));
    nanos.addAndGet(LIMITS.stalled().toNanos() + 1);
    watches.tick();
    assertEquals("OVERLOADED", slow.reason());
    watches.tick();
    watches.tick();
    assertTrue(slow.reset);
    stalled.leave();
    assertNotNull(watches.watch(REPOSITORY, null, new NotedSink()));
  }

  /** However many repositories are watched, and whatever happens in them. */
  @Test
  void aThousandWatchedRepositoriesShareWhatIsKept() {
    int repositories = 1000;
    List<NotedSink> sinks = new ArrayList<>();
    List<WatchSession<NotedSink.Message>> watchers = new ArrayList<>();
    for (int i = 0; i < repositories; i++) {
      commit(new CreateRepository("r" + i, 1));
      NotedSink sink = new NotedSink();
      watchers.add(newWatcher("r" + i, null, sink));
      sinks.add(sink);
    }
    watchers.forEach(WatchSession::wake);
    runThreads();
    sinks.forEach(sink -> sink.ready = false);
    int changes = 3;
    for (int i = 0; i < changes * repositories; i++) {
      commit(new UpdateRepository("r" + i % repositories, nowMicros));
      assertTrue(watches.recent().bytes() <= LIMITS.recentBytes());
    }
    int kept = watches.recent().eventCount();
    assertTrue(kept < RECENT_EVENTS, () -> kept + " events are kept");
    assertTrue(kept > RECENT_EVENTS / 4, () -> "only " + kept + " events are kept");
    int reads = store.reads();
    sinks.forEach(sink -> sink.ready = true);
    watchers.forEach(WatchSession::wake);
    runThreads();
    sinks.forEach(sink -> assertEquals(range(2, 1 + changes), sink.events()));
    assertTrue(store.reads() - reads <= repositories, "one look at the store for each");
    reads = store.reads();
    for (int i = 0; i < repositories; i++) {
      commit(new UpdateRepository("r" + i, nowMicros));
      runThreads();
    }
    assertEquals(reads, store.reads(), "whoever is up to date needs it for nothing");
    watchers.forEach(WatchSession::leave);
    assertEquals(0, watches.recent().eventCount());
  }

  @Test
  void aCommitLargerThanAllThatIsKeptIsReadFromTheStore() {
    NotedSink sink = watch(null);
    List<Step> steps = new ArrayList<>();
    for (int i = 0; i < 2 * RECENT_EVENTS; i++) {
      steps.add(new ReserveSlot(REPOSITORY, new Slot("request", i), 0, 0, "operation"));
    }
    commit(new Apply(REPOSITORY, steps, true));
    assertEquals(0, watches.recent().bytes());
    runThreads();
    assertEquals(range(2, 2 * RECENT_EVENTS + 1), sink.events());
  }
}
