package dev.holdfast.server.ledger.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.server.ledger.FaultyStore;
import dev.holdfast.server.ledger.NotedWatch;
import dev.holdfast.server.ledger.StoreException;
import dev.holdfast.server.ledger.StoreRunner;
import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.rules.Command;
import dev.holdfast.server.ledger.rules.Rejection;
import dev.holdfast.server.ledger.rules.repositories.CreateRepository;
import dev.holdfast.server.ledger.rules.repositories.DeleteRepository;
import dev.holdfast.server.ledger.rules.repositories.UpdateRepository;
import dev.holdfast.server.ledger.rules.slots.Apply;
import dev.holdfast.server.ledger.rules.slots.ReserveSlot;
import dev.holdfast.server.ledger.rules.slots.Step;
import dev.holdfast.testing.Seed;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who is told what, in an order that the test decides. */
class WatchRegistryTest {
  private static final String REPOSITORY = "default";

  /** About what an event takes that changes a capacity. */
  private static final int EVENT_BYTES = EventBytes.SMALLEST;

  /** Of a large message. */
  private static final int EVENTS_A_MESSAGE = 100;

  private static final int EVENTS_A_SMALL_MESSAGE = 4;

  /** At the most; a commit of one takes more than twice as much. */
  private static final int RECENT_EVENTS = 1000;

  /** Room for two large messages. */
  private static final WatchLimits LIMITS =
      new WatchLimits(
          2500,
          RECENT_EVENTS * EVENT_BYTES,
          EVENTS_A_MESSAGE * EVENT_BYTES,
          EVENTS_A_SMALL_MESSAGE * EVENT_BYTES,
          2 * EVENTS_A_MESSAGE * EVENT_BYTES,
          Duration.ofSeconds(30));

  private final FaultyStore store = new FaultyStore();
  private final AtomicLong nanos = new AtomicLong(1);
  private final NotedWatch failures = new NotedWatch();

  /** What is to be done on other threads. */
  private final Queue<Runnable> threads = new ArrayDeque<>();

  private final WatchRegistry<NotedSink.Message> watches =
      new WatchRegistry<>(store, new Wording(), threads::add, failures, LIMITS, nanos::get);

  private long nowMicros = 1;

  private static final class Wording implements WatchRegistry.Wording<NotedSink.Message> {
    @Override
    public NotedSink.Message message(String repositoryId, List<Event> events, long revision) {
      return new NotedSink.Message(events.stream().map(Event::revision).toList(), revision);
    }

    @Override
    public int bytes(NotedSink.Message message) {
      return message.events().size() * EVENT_BYTES;
    }
  }

  @BeforeEach
  void create() {
    commit(new CreateRepository(REPOSITORY, 10));
  }

  /** Makes a change durable, and tells of it, as the ledger does. */
  private void commit(Command command) {
    watches.committed(command.repositoryId(), commitUntold(command));
  }

  private List<Event> commitUntold(Command command) {
    Map<String, List<Event>> booked = StoreRunner.booked(store, List.of(command), nowMicros++);
    return Objects.requireNonNull(booked.get(command.repositoryId()));
  }

  private void change() {
    commit(new UpdateRepository(REPOSITORY, nowMicros));
  }

  private void change(int times) {
    for (int i = 0; i < times; i++) {
      change();
    }
  }

  private void runThreads() {
    while (!threads.isEmpty()) {
      threads.remove().run();
    }
  }

  private static List<Long> range(long from, long to) {
    return LongStream.rangeClosed(from, to).boxed().toList();
  }

  private WatchSession<NotedSink.Message> start(NotedSink sink, @Nullable Long after) {
    WatchSession<NotedSink.Message> watcher = newWatcher(REPOSITORY, after, sink);
    watcher.wake();
    runThreads();
    return watcher;
  }

  private WatchSession<NotedSink.Message> newWatcher(
      String repositoryId, @Nullable Long after, NotedSink sink) {
    return Objects.requireNonNull(watches.watch(repositoryId, after, sink));
  }

  private NotedSink watch(@Nullable Long after) {
    NotedSink sink = new NotedSink();
    start(sink, after);
    return sink;
  }

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
    assertTrue(sink.messages.stream().allMatch(one -> one.events().size() <= EVENTS_A_MESSAGE));
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
    change(2 * EVENTS_A_MESSAGE);
    WatchSession<NotedSink.Message> watcher = start(sink, 0L);
    assertEquals(1, sink.messages.size());
    sink.ready = true;
    watcher.wake();
    runThreads();
    assertEquals(2, sink.messages.size());
    assertEquals(2 * EVENTS_A_MESSAGE, sink.messages.get(1).revision());
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
    change(4 * EVENTS_A_MESSAGE);
    List<SlowSink> sinks = new ArrayList<>();
    List<WatchSession<NotedSink.Message>> watchers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      SlowSink sink = new SlowSink();
      sinks.add(sink);
      watchers.add(start(sink, 0L));
    }
    assertEquals(
        List.of(EVENTS_A_MESSAGE, EVENTS_A_MESSAGE, EVENTS_A_SMALL_MESSAGE, EVENTS_A_SMALL_MESSAGE),
        sinks.stream().map(sink -> sink.events().size()).toList());
    sinks.get(3).ready = true;
    watchers.get(3).wake();
    runThreads();
    assertEquals(2 * EVENTS_A_SMALL_MESSAGE, sinks.get(3).events().size(), "and it goes on");
    // What the network has taken over, or will never take, makes room.
    watchers.get(0).leave();
    sinks.get(2).ready = true;
    watchers.get(2).wake();
    runThreads();
    assertEquals(EVENTS_A_SMALL_MESSAGE + EVENTS_A_MESSAGE, sinks.get(2).events().size());
    for (int i = 1; i < 4; i++) {
      while (sinks.get(i).events().size() < 4 * EVENTS_A_MESSAGE + 1) {
        sinks.get(i).ready = true;
        watchers.get(i).wake();
        runThreads();
      }
      assertEquals(range(1, 4 * EVENTS_A_MESSAGE + 1), sinks.get(i).events());
    }
    sinks.forEach(sink -> sink.ready = true);
    watchers.forEach(WatchSession::wake);
    runThreads();
    assertEquals(0, watches.unsent().takenBytes());
  }

  @Test
  void whoTakesNothingLosesItsPlaceOnlyToOthers() {
    change(4 * EVENTS_A_MESSAGE);
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
    assertEquals(Integer.toString(EVENTS_A_MESSAGE), end.facts().get("revision"));
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
    int kept = watches.recent().keptEvents();
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
    assertEquals(0, watches.recent().keptEvents());
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
