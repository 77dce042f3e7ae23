package dev.holdfast.it.postgresql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.client.EventListener;
import dev.holdfast.client.EventSubscription;
import dev.holdfast.client.HoldfastClient;
import dev.holdfast.client.errors.InsufficientStorageException;
import dev.holdfast.client.errors.SlotAlreadyReservedException;
import dev.holdfast.client.model.Event;
import dev.holdfast.client.model.Slot;
import dev.holdfast.client.requests.ListEvents;
import dev.holdfast.client.requests.ReserveSlot;
import dev.holdfast.client.requests.WatchEvents;
import dev.holdfast.testing.Poll;
import dev.holdfast.testing.postgresql.TestPostgres;
import dev.holdfast.testing.process.ServerProcess;
import dev.holdfast.testing.rpc.Requests;
import dev.holdfast.testing.rpc.Stubs;
import dev.holdfast.v1.Reservation;
import dev.holdfast.v1.ReserveSlotRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several servers on one database act as one ledger, and any of them may die. */
class SharedStoreTest {
  private static final int SERVERS = 3;

  @TempDir private static Path temp = Path.of("");
  private static String url = "";

  private static final List<ServerProcess> servers = new ArrayList<>();
  private static final List<HoldfastClient> clients = new ArrayList<>();
  private static final ExecutorService threads = Executors.newCachedThreadPool();

  private final String repository = "r" + UUID.randomUUID();

  private static ServerProcess start(int server) throws IOException, InterruptedException {
    return ServerProcess.start(temp.resolve("server" + server), "--store", url);
  }

  private static HoldfastClient client(ServerProcess server) {
    return HoldfastClient.builder(server.target()).defaultDeadline(Duration.ofSeconds(60)).build();
  }

  @BeforeAll
  static void startTogether() throws Exception {
    url = TestPostgres.newDatabase();
    List<Callable<ServerProcess>> starting = new ArrayList<>();
    for (int i = 0; i < SERVERS; i++) {
      int server = i;
      starting.add(() -> start(server));
    }
    // The database is empty: each of them would migrate it.
    for (Future<ServerProcess> started : threads.invokeAll(starting)) {
      servers.add(started.get());
    }
    servers.forEach(server -> clients.add(client(server)));
  }

  @AfterAll
  static void stop() {
    threads.shutdownNow();
    clients.forEach(HoldfastClient::close);
    servers.forEach(ServerProcess::close);
  }

  /** Starts the first server again after a test has killed it. */
  private static void restartFirst() throws Exception {
    clients.get(0).close();
    servers.set(0, start(0));
    clients.set(0, client(servers.get(0)));
  }

  private ReserveSlot reserving(String requestId, long index, long amountBytes) {
    return ReserveSlot.of(new Slot(requestId, index), amountBytes).withRepositoryId(repository);
  }

  private void create(long capacityBytes) {
    var unused = clients.get(0).repositories().create(repository, capacityBytes);
  }

  private void assertConsistent(HoldfastClient client) {
    assertTrue(client.repositories().verify(repository).consistent());
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
            .watchEvents(WatchEvents.after(0).withRepositoryId(repository), watched);
    onEachServer(
        server -> {
          HoldfastClient client = clients.get(server);
          for (int i = 0; i < 50; i++) {
            var made = client.reservations().reserveSlot(reserving("r" + server, i, 7));
            if (i % 2 == 0) {
              var unused = client.reservations().fillSlot(made.reservation());
            }
          }
        });
    long last = 1 + SERVERS * 75;
    assertEquals(last, clients.get(1).repositories().available(repository).revision());
    Poll.until("the watcher is there", () -> watched.revision.get() == last);
    watch.close();
    assertEquals(
        LongStream.rangeClosed(1, last).boxed().toList(),
        watched.events.stream().map(Event::revision).toList());
    ListEvents all = ListEvents.all().withRepositoryId(repository).withPageSize(100);
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
    assertEquals(0, clients.get(1).repositories().available(repository).availableBytes());
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
    assertEquals(500, clients.get(0).repositories().available(repository).reservedBytes());
    assertConsistent(clients.get(1));
  }

  @Test
  void clientsOfAKilledServerGoOnAtAnotherWithTheSameIds() throws Exception {
    create(1_000_000);
    Map<ReserveSlotRequest, Reservation> answers = new LinkedHashMap<>();
    AtomicInteger answered = new AtomicInteger();
    Future<ReserveSlotRequest> unanswered =
        threads.submit(
            () -> {
              try (Stubs stubs = new Stubs(servers.get(0).target())) {
                while (true) {
                  int index = answers.size();
                  ReserveSlotRequest change =
                      Requests.reserveSlot(
                          repository, Requests.slot("r", index), 10, "operation" + index);
                  try {
                    answers.put(change, stubs.reservations().reserveSlot(change).getReservation());
                  } catch (StatusRuntimeException e) {
                    assertEquals(Status.Code.UNAVAILABLE, e.getStatus().getCode(), e.toString());
                    return change;
                  }
                  answered.incrementAndGet();
                }
              }
            });
    Poll.until("it works", () -> answered.get() > 50 || unanswered.isDone());
    servers.get(0).kill();
    ReserveSlotRequest open = unanswered.get();
    try (Stubs second = new Stubs(servers.get(1).target());
        Stubs third = new Stubs(servers.get(2).target())) {
      Reservation made = second.reservations().reserveSlot(open).getReservation();
      assertEquals(made, third.reservations().reserveSlot(open).getReservation());
      answers.forEach(
          (change, answer) ->
              assertEquals(answer, third.reservations().reserveSlot(change).getReservation()));
    }
    assertEquals(
        10L * (answers.size() + 1),
        clients.get(1).repositories().available(repository).reservedBytes());
    assertConsistent(clients.get(1));
    restartFirst();
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
                    Requests.reserveSlot(repository, Requests.slot("r", i), 10, "").toBuilder()
                        .setLease(Requests.millis(300))
                        .build());
      }
    }
    servers.get(0).kill();
    Poll.until(
        "the leases end",
        () -> clients.get(1).repositories().available(repository).reservedBytes() == 0);
    assertEquals(41, clients.get(2).repositories().available(repository).revision());
    assertConsistent(clients.get(2));
    restartFirst();
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
