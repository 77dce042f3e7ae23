package dev.holdfast.server.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.server.api.calls.CallDispatcher;
import dev.holdfast.server.api.calls.PendingResponses;
import dev.holdfast.server.api.calls.ReadExecutors;
import dev.holdfast.server.api.convert.EventConverter;
import dev.holdfast.server.ledger.FaultyStore;
import dev.holdfast.server.ledger.Ledger;
import dev.holdfast.server.ledger.NotedWatch;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.rules.Command;
import dev.holdfast.server.ledger.rules.Outcome;
import dev.holdfast.server.ledger.rules.repositories.CreateRepository;
import dev.holdfast.server.ledger.rules.repositories.UpdateRepository;
import dev.holdfast.server.ledger.rules.slots.Apply;
import dev.holdfast.server.ledger.rules.slots.ReserveSlot;
import dev.holdfast.server.ledger.rules.slots.Step;
import dev.holdfast.server.ledger.watch.WatchLimits;
import dev.holdfast.server.ledger.watch.WatchRegistry;
import dev.holdfast.server.store.sqlite.SqliteStore;
import dev.holdfast.v1.Event;
import dev.holdfast.v1.ReservationsServiceGrpc;
import dev.holdfast.v1.WatchEventsRequest;
import dev.holdfast.v1.WatchEventsResponse;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Server;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Watchers over real sockets: many, quiet, slow, and gone. */
class WatchCallsTest {
  private static final String REPOSITORY = "default";

  /** Long enough for a busy machine; only a test that fails waits for it. */
  private static final long LIMIT_SECONDS = 60;

  private static final WatchLimits LIMITS =
      new WatchLimits(2500, 4 << 20, 64 << 10, 4 << 10, 1 << 20, Duration.ofSeconds(30));

  @TempDir private Path directory = Path.of("");

  private final AtomicLong nanos = new AtomicLong(1);

  private FaultyStore store;
  private Ledger ledger;
  private ReadExecutors readers;
  private WatchRegistry<WatchEventsResponse> watches;
  private Server server;
  private final List<ManagedChannel> channels = new ArrayList<>();

  @BeforeEach
  void start() throws IOException {
    NotedWatch failures = new NotedWatch();
    store = new FaultyStore(SqliteStore.open(directory.resolve("holdfast.db")));
    ledger = new Ledger(store, () -> 1, 1_000_000, failures);
    ledger.start();
    readers = new ReadExecutors(SqliteStore.READERS);
    watches =
        new WatchRegistry<>(
            store,
            EventConverter.WATCH_MESSAGES,
            readers.watchDelivery(),
            failures,
            LIMITS,
            nanos::get);
    ledger.follow(watches);
    CallDispatcher calls =
        new CallDispatcher(
            ledger,
            readers,
            () -> Runnable::run,
            failures,
            new PendingResponses(Long.MAX_VALUE, System::nanoTime));
    server =
        LoopbackServer.start(
            List.of(
                new ReservationsApi(
                    calls,
                    new ReconcileCalls(calls, System::nanoTime),
                    new WatchCalls(watches, new CallerWatches(1000)))));
    ledger.run(new CreateRepository(REPOSITORY, Long.MAX_VALUE));
    ledger.run(new CreateRepository("other", 1));
  }

  @AfterEach
  void close() throws InterruptedException {
    channels.forEach(ManagedChannel::shutdownNow);
    server.shutdownNow().awaitTermination();
    readers.close();
    ledger.close();
    store.close();
  }

  private ManagedChannel channel() {
    ManagedChannel channel =
        ManagedChannelBuilder.forAddress("127.0.0.1", server.getPort()).usePlaintext().build();
    channels.add(channel);
    return channel;
  }

  /** A client that reads only when it is told to. */
  private static final class Client
      implements ClientResponseObserver<WatchEventsRequest, WatchEventsResponse> {
    final BlockingQueue<WatchEventsResponse> messages = new LinkedBlockingQueue<>();
    private final int atFirst;
    private @Nullable ClientCallStreamObserver<WatchEventsRequest> call;
    private volatile @Nullable Throwable end;

    Client(int atFirst) {
      this.atFirst = atFirst;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<WatchEventsRequest> stream) {
      stream.disableAutoRequestWithInitial(atFirst);
      call = stream;
    }

    /** Waits for the next message. */
    WatchEventsResponse next() throws InterruptedException {
      WatchEventsResponse message = messages.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
      assertNotNull(message, () -> "no message; the end was " + end);
      return message;
    }

    void read(int messages) {
      Objects.requireNonNull(call).request(messages);
    }

    void cancel() {
      Objects.requireNonNull(call).cancel("enough", null);
    }

    @Override
    public void onNext(WatchEventsResponse message) {
      messages.add(message);
    }

    @Override
    public void onError(Throwable e) {
      end = e;
    }

    @Override
    public void onCompleted() {}
  }

  private static Client watch(ManagedChannel channel, int atFirst, String repositoryId) {
    Client client = new Client(atFirst);
    ReservationsServiceGrpc.newStub(channel)
        .watchEvents(WatchEventsRequest.newBuilder().setRepositoryId(repositoryId).build(), client);
    return client;
  }

  private static List<Long> revisions(WatchEventsResponse message) {
    return message.getEventsList().stream().map(Event::getRevision).toList();
  }

  private void update() {
    assertTrue(ledger.run(new UpdateRepository(REPOSITORY, 5)) instanceof Outcome.RepositoryDone);
  }

  @Test
  void twoThousandQuietWatchersAskTheStoreForNothing() throws Exception {
    List<Client> clients = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      ManagedChannel channel = channel();
      for (int j = 0; j < 500; j++) {
        clients.add(watch(channel, Integer.MAX_VALUE, REPOSITORY));
      }
    }
    Client other = watch(channels.get(0), Integer.MAX_VALUE, "other");
    for (Client client : clients) {
      assertEquals(List.of(), revisions(client.next()));
    }
    assertEquals(1, other.next().getRevision());
    assertEquals(2001, watches.count());
    int reads = store.reads();
    long steps = readers.watchDelivery().getTaskCount();
    ledger.run(new UpdateRepository("other", 2));
    assertEquals(List.of(2L), revisions(other.next()));
    // One for the repository, and one for the only one who watches it.
    assertEquals(steps + 2, readers.watchDelivery().getTaskCount());

    update();
    for (Client client : clients) {
      assertEquals(List.of(2L), revisions(client.next()));
      assertTrue(client.messages.isEmpty());
    }
    assertEquals(reads, store.reads());
  }

  @Test
  void whoIsToldNothingElseIsToldSoOverAndOver() throws Exception {
    readers.repeat(watches::tick, Duration.ofMillis(10), new NotedWatch());
    Client client = watch(channel(), Integer.MAX_VALUE, REPOSITORY);
    for (int i = 0; i < 4; i++) {
      WatchEventsResponse message = client.next();
      assertEquals(List.of(), revisions(message));
      assertTrue(message.hasRevision());
      assertEquals(1, message.getRevision());
    }
  }

  @Test
  void whoDoesNotReadHoldsNothingUpAndMissesNothing() throws Exception {
    Client slow = watch(channel(), 1, REPOSITORY);
    assertEquals(1, slow.next().getRevision());
    Client quick = watch(channel(), Integer.MAX_VALUE, REPOSITORY);
    long revision = quick.next().getRevision();
    int changes = 0;
    // Some ten times what the connection takes in without a reader.
    for (int batch = 0; batch < 60; batch++) {
      List<Step> steps = new ArrayList<>();
      for (int i = 0; i < 1000; i++) {
        String requestId = "0x" + "%064x".formatted(batch);
        steps.add(new ReserveSlot(REPOSITORY, new Slot(requestId, i), 1, 0, ""));
      }
      Command apply = new Apply(REPOSITORY, steps, true);
      assertFalse(ledger.run(apply) instanceof Outcome.Broken);
      changes += steps.size();
    }
    while (revision < 1 + changes) {
      revision = quick.next().getRevision();
    }
    assertTrue(slow.messages.isEmpty(), "it has not read");
    slow.read(Integer.MAX_VALUE);
    List<Long> told = new ArrayList<>();
    while (told.size() < changes) {
      told.addAll(revisions(slow.next()));
    }
    assertEquals(LongStream.rangeClosed(2, 1 + changes).boxed().toList(), told);
  }

  @Test
  void whoIsGoneIsForgotten() throws Exception {
    List<Client> clients = new ArrayList<>();
    ManagedChannel kept = channel();
    ManagedChannel broken = channel();
    for (int i = 0; i < 50; i++) {
      clients.add(watch(kept, Integer.MAX_VALUE, REPOSITORY));
      watch(broken, i % 2, REPOSITORY);
    }
    clients.get(0).next();
    awaitWatchers(100);
    clients.forEach(Client::cancel);
    awaitWatchers(50);
    broken.shutdownNow();
    awaitWatchers(0);
  }

  private void awaitWatchers(int count) {
    long start = System.nanoTime();
    while (watches.count() != count) {
      assertTrue(
          System.nanoTime() - start < TimeUnit.SECONDS.toNanos(LIMIT_SECONDS),
          () -> watches.count() + " watch, and not " + count);
      Thread.onSpinWait();
    }
  }
}
