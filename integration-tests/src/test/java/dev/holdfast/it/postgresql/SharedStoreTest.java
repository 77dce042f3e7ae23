package dev.holdfast.it.postgresql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.client.EventListener;
import dev.holdfast.client.EventSubscription;
import dev.holdfast.client.HoldfastClient;
import dev.holdfast.client.errors.InsufficientStorageException;
import dev.holdfast.client.errors.OutcomeUnknownException;
import dev.holdfast.client.errors.SlotAlreadyReservedException;
import dev.holdfast.client.errors.UnavailableException;
import dev.holdfast.client.model.Event;
import dev.holdfast.client.model.Reservation;
import dev.holdfast.client.model.Slot;
import dev.holdfast.client.requests.ListEvents;
import dev.holdfast.client.requests.ReserveSlot;
import dev.holdfast.client.requests.WatchEvents;
import dev.holdfast.testing.Poll;
import dev.holdfast.testing.postgresql.TestPostgres;
import dev.holdfast.testing.process.ServerProcess;
import dev.holdfast.testing.rpc.Requests;
import dev.holdfast.testing.rpc.Stubs;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several servers on one database act as one ledger, and any of them may die. */
class SharedStoreTest {
  private static final int SERVERS = 3;
  private static final String REPOSITORY = "shared";

  @TempDir private Path temp = Path.of("");

  private final List<ServerProcess> servers = new ArrayList<>();
  private final List<HoldfastClient> clients = new ArrayList<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();

  @BeforeEach
  void start() throws Exception {
    String url = TestPostgres.newDatabase();
    List<Callable<ServerProcess>> starting = new ArrayList<>();
    for (int i = 0; i < SERVERS; i++) {
      Path name = temp.resolve("server" + i);
      starting.add(() -> ServerProcess.start(name, "--store", url));
    }
    // They start together on an empty database, which each would migrate.
    for (Future<ServerProcess> started : threads.invokeAll(starting)) {
      servers.add(started.get());
    }
    for (ServerProcess server : servers) {
      clients.add(
          HoldfastClient.builder(server.target()).defaultDeadline(Duration.ofSeconds(3)).build());
    }
  }

  @AfterEach
  void stop() {
    threads.shutdownNow();
    clients.forEach(HoldfastClient::close);
    servers.forEach(ServerProcess::close);
  }

  private static ReserveSlot reserving(String requestId, long index, long amountBytes) {
    return ReserveSlot.of(new Slot(requestId, index), amountBytes).withRepositoryId(REPOSITORY);
  }

  private void create(long capacityBytes) {
    var unused = clients.get(0).repositories().create(REPOSITORY, capacityBytes);
  }

  private void assertConsistent(HoldfastClient client) {
    assertTrue(client.repositories().verify(REPOSITORY).consistent());
  }

  /** Runs a task for each server at once, and returns when all are done. */
  private void onEachServer(OnServer task) throws Exception {
    List<Callable<Boolean>> tasks = new ArrayList<>();
    for (int i = 0; i < SERVERS; i++) {
      int server = i;
      tasks.add(
          () -> {
            task.run(server);
            return true;
          });
    }
    for (Future<Boolean> done : threads.invokeAll(tasks)) {
      assertTrue(done.get());
    }
  }

  private interface OnServer {
    void run(int server) throws Exception;
  }

  @Test
  void aWatcherSeesWhatOtherServersCommitInOrderAndComplete() throws Exception {
    create(1_000_000);
    Watched watched = new Watched();
    EventSubscription watch =
        clients
            .get(0)
            .reservations()
            .watchEvents(WatchEvents.after(0).withRepositoryId(REPOSITORY), watched);
    onEachServer(
        server -> {
          HoldfastClient client = clients.get(server);
          for (int i = 0; i < 50; i++) {
            Reservation made =
                client.reservations().reserveSlot(reserving("r" + server, i, 7)).reservation();
            if (i % 2 == 0) {
              var unused = client.reservations().fillSlot(made);
            }
          }
        });
    long last = 1 + SERVERS * 75;
    assertEquals(last, clients.get(1).repositories().available(REPOSITORY).revision());
    Poll.until("the watcher is there", () -> watched.revision.get() == last);
    watch.close();
    assertEquals(
        LongStream.rangeClosed(1, last).boxed().toList(),
        watched.events.stream().map(Event::revision).toList());
    ListEvents all = ListEvents.all().withRepositoryId(REPOSITORY).withPageSize(100);
    assertEquals(watched.events, clients.get(2).reservations().listAllEvents(all).toList());
    assertEquals(List.of(), watched.errors);
  }

  @Test
  void attemptsThroughAllServersNeverOversell() throws Exception {
    create(1000);
    AtomicInteger reserved = new AtomicInteger();
    AtomicInteger refused = new AtomicInteger();
    onEachServer(
        server -> {
          for (int i = 0; i < 50; i++) {
            try {
              var unused =
                  clients.get(server).reservations().reserveSlot(reserving("r" + server, i, 10));
              reserved.incrementAndGet();
            } catch (InsufficientStorageException e) {
              refused.incrementAndGet();
            }
          }
        });
    assertEquals(100, reserved.get());
    assertEquals(SERVERS * 50 - 100, refused.get());
    assertEquals(0, clients.get(1).repositories().available(REPOSITORY).availableBytes());
    assertConsistent(clients.get(2));
  }

  @Test
  void ofAttemptsAtOneSlotOneSucceeds() throws Exception {
    create(1_000_000);
    AtomicInteger reserved = new AtomicInteger();
    onEachServer(
        server -> {
          for (int i = 0; i < 50; i++) {
            try {
              var unused = clients.get(server).reservations().reserveSlot(reserving("r", i, 10));
              reserved.incrementAndGet();
            } catch (SlotAlreadyReservedException e) {
              // Another server was faster.
            }
          }
        });
    assertEquals(50, reserved.get());
    assertEquals(500, clients.get(0).repositories().available(REPOSITORY).reservedBytes());
    assertConsistent(clients.get(1));
  }

  @Test
  void clientsOfAKilledServerGoOnAtAnotherWithTheSameIds() throws Exception {
    create(1_000_000);
    Map<ReserveSlot, Reservation> answers = new LinkedHashMap<>();
    AtomicInteger answered = new AtomicInteger();
    Future<ReserveSlot> unanswered =
        threads.submit(
            () -> {
              while (true) {
                ReserveSlot change = reserving("r", answers.size(), 10);
                try {
                  answers.put(
                      change, clients.get(0).reservations().reserveSlot(change).reservation());
                } catch (OutcomeUnknownException | UnavailableException e) {
                  return change;
                }
                answered.incrementAndGet();
              }
            });
    Poll.until("it works", () -> answered.get() > 100);
    servers.get(0).kill();
    ReserveSlot open = unanswered.get();
    Reservation made = clients.get(1).reservations().reserveSlot(open).reservation();
    assertEquals(made, clients.get(2).reservations().reserveSlot(open).reservation());
    answers.forEach(
        (change, answer) ->
            assertEquals(answer, clients.get(2).reservations().reserveSlot(change).reservation()));
    assertEquals(
        10L * (answers.size() + 1),
        clients.get(1).repositories().available(REPOSITORY).reservedBytes());
    assertConsistent(clients.get(1));
  }

  @Test
  void aLeaseThatAKilledServerGrantedEndsOnce() throws Exception {
    create(1_000_000);
    try (Stubs stubs = new Stubs(servers.get(0).target())) {
      for (int i = 0; i < 20; i++) {
        var unused =
            stubs
                .reservations()
                .reserveSlot(
                    Requests.reserveSlot(REPOSITORY, Requests.slot("r", i), 10, "").toBuilder()
                        .setLease(Requests.millis(300))
                        .build());
      }
    }
    servers.get(0).kill();
    Poll.until(
        "the leases end",
        () -> clients.get(1).repositories().available(REPOSITORY).reservedBytes() == 0);
    assertEquals(41, clients.get(2).repositories().available(REPOSITORY).revision());
    assertConsistent(clients.get(2));
  }

  private static final class Watched implements EventListener {
    final List<Event> events = new CopyOnWriteArrayList<>();
    final List<Throwable> errors = new CopyOnWriteArrayList<>();
    final AtomicLong revision = new AtomicLong(-1);

    @Override
    public void onEvent(Event event) {
      events.add(event);
    }

    @Override
    public void onRevision(long reached) {
      revision.set(reached);
    }

    @Override
    public void onError(Throwable error) {
      errors.add(error);
    }
  }
}
