package dev.holdfast.server.ledger.watch;

import dev.holdfast.server.ledger.FaultyStore;
import dev.holdfast.server.ledger.NotedWatch;
import dev.holdfast.server.ledger.StoreRunner;
import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.rules.Command;
import dev.holdfast.server.ledger.rules.repositories.CreateRepository;
import dev.holdfast.server.ledger.rules.repositories.UpdateRepository;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;

/**
 * A registry of watches over a store in memory; what happens on other threads waits for the test.
 */
abstract class WatchRegistryFixture {
  static final String REPOSITORY = "default";

  /** About what an event takes that changes a capacity. */
  static final int EVENT_BYTES = EventBytes.SMALLEST;

  /** Of a large message. */
  static final int EVENTS_PER_MESSAGE = 100;

  static final int EVENTS_A_SMALL_MESSAGE = 4;

  /** At the most; a commit of one takes more than twice as much. */
  static final int RECENT_EVENTS = 1000;

  /** Room for two large messages. */
  static final WatchLimits LIMITS =
      new WatchLimits(
          2500,
          RECENT_EVENTS * EVENT_BYTES,
          EVENTS_PER_MESSAGE * EVENT_BYTES,
          EVENTS_A_SMALL_MESSAGE * EVENT_BYTES,
          2 * EVENTS_PER_MESSAGE * EVENT_BYTES,
          Duration.ofSeconds(30));

  final FaultyStore store = new FaultyStore();
  final AtomicLong nanos = new AtomicLong(1);
  final NotedWatch failures = new NotedWatch();

  /** The tasks that the registry submits to other threads. */
  final Queue<Runnable> threads = new ArrayDeque<>();

  final WatchRegistry<NotedSink.Message> watches =
      new WatchRegistry<>(store, new TestMessages(), threads::add, failures, LIMITS, nanos::get);

  long nowMicros = 1;

  private static final class TestMessages
      implements WatchRegistry.MessageConverter<NotedSink.Message> {
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
  void commit(Command command) {
    watches.committed(command.repositoryId(), commitUntold(command));
  }

  List<Event> commitUntold(Command command) {
    Map<String, List<Event>> booked = StoreRunner.booked(store, List.of(command), nowMicros++);
    return Objects.requireNonNull(booked.get(command.repositoryId()));
  }

  void change() {
    commit(new UpdateRepository(REPOSITORY, nowMicros));
  }

  void change(int times) {
    for (int i = 0; i < times; i++) {
      change();
    }
  }

  void runThreads() {
    while (!threads.isEmpty()) {
      threads.remove().run();
    }
  }

  static List<Long> range(long from, long to) {
    return LongStream.rangeClosed(from, to).boxed().toList();
  }

  WatchSession<NotedSink.Message> start(NotedSink sink, @Nullable Long after) {
    WatchSession<NotedSink.Message> watcher = newWatcher(REPOSITORY, after, sink);
    watcher.wake();
    runThreads();
    return watcher;
  }

  WatchSession<NotedSink.Message> newWatcher(
      String repositoryId, @Nullable Long after, NotedSink sink) {
    return Objects.requireNonNull(watches.watch(repositoryId, after, sink));
  }

  NotedSink watch(@Nullable Long after) {
    NotedSink sink = new NotedSink();
    start(sink, after);
    return sink;
  }
}
