package dev.holdfast.server.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.rules.Command;
import dev.holdfast.server.ledger.rules.Outcome;
import dev.holdfast.server.ledger.rules.repositories.CreateRepository;
import dev.holdfast.server.ledger.rules.repositories.ReserveUnassigned;
import dev.holdfast.server.ledger.rules.slots.Apply;
import dev.holdfast.server.ledger.rules.slots.ReserveSlot;
import dev.holdfast.server.ledger.rules.slots.Step;
import dev.holdfast.server.store.sqlite.SqliteStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests the cost of releasing many leases at once, in reads and commits, and the delay of other
 * changes meanwhile.
 */
class LeaseSweeperTest {
  private static final String REPOSITORY = "default";
  private static final int LEASES = 20_000;
  private static final int A_BATCH = 1000;

  @TempDir private Path temp;
  private final NotedWatch watch = new NotedWatch();
  private final AtomicLong nowMicros = new AtomicLong(1);
  private FaultyStore store = new FaultyStore();
  private Ledger ledger = new Ledger(store, new StandingClock(nowMicros), LEASES, watch);
  private LeaseSweeper sweeper = new LeaseSweeper(ledger, watch);

  @BeforeEach
  void start() {
    store = new FaultyStore(SqliteStore.open(temp.resolve("holdfast.db")));
    ledger = new Ledger(store, new StandingClock(nowMicros), LEASES, watch);
    sweeper = new LeaseSweeper(ledger, watch);
    ledger.start();
    run(List.of(new CreateRepository(REPOSITORY, 10 * LEASES)));
  }

  @AfterEach
  void close() {
    store.openGate();
    ledger.close();
    store.close();
  }

  private void run(List<? extends Command> commands) {
    List<CompletableFuture<Outcome>> done = commands.stream().map(ledger::submitOwn).toList();
    done.forEach(outcome -> assertInstanceOf(Outcome.Done.class, outcome.join()));
  }

  private static ReserveSlot reserve(String repositoryId, int index) {
    return new ReserveSlot(repositoryId, new Slot("request", index), 1, 1 + index % 7, "");
  }

  private void reserveAll() {
    for (int from = 0; from < LEASES; from += A_BATCH) {
      List<Step> steps = new ArrayList<>();
      for (int i = from; i < from + A_BATCH; i++) {
        steps.add(reserve(REPOSITORY, i));
      }
      run(List.of(new Apply(REPOSITORY, steps, true)));
    }
    nowMicros.set(100);
  }

  @Test
  void manyAreReleasedInFewLooksAndBoundedTransactions() {
    reserveAll();
    int commits = store.commits();
    sweeper.run();
    assertEquals(0, Objects.requireNonNull(store.repository(REPOSITORY)).reservationCount());
    assertTrue(store.looks() <= 2, () -> store.looks() + " looks");
    assertTrue(store.commits() - commits <= LEASES / 1000 + 1, () -> store.commits() + " commits");
    assertTrue(store.largestRelease() <= 4096, () -> store.largestRelease() + " at once");
    assertEquals(List.of("leases expired: 20000, 20000 bytes"), watch.notes());
  }

  @Test
  void thoseOfManyRepositoriesShareTransactions() {
    int repositories = 3000;
    List<Command> made = new ArrayList<>();
    for (int i = 0; i < repositories; i++) {
      made.add(new CreateRepository("repository-" + i, 1));
      made.add(reserve("repository-" + i, i));
    }
    run(made);
    nowMicros.set(100);
    int commits = store.commits();
    sweeper.run();
    assertEquals(List.of(), store.expiredLeases(100, 1));
    assertTrue(store.looks() <= 2, () -> store.looks() + " looks");
    assertTrue(
        store.commits() - commits <= repositories / 10,
        () -> store.commits() - commits + " commits");
    assertEquals(List.of("leases expired: 3000, 3000 bytes"), watch.notes());
  }

  @Test
  void whoSendsSomethingMeanwhileWaitsForFewOfThem() throws InterruptedException {
    reserveAll();
    CountDownLatch gate = store.closeGate();
    Thread sweeping = new Thread(sweeper);
    sweeping.start();
    store.awaitAtGate();
    // As many as may wait have come by now, or come behind this one.
    CompletableFuture<Integer> commits = new CompletableFuture<>();
    int before = store.commits();
    ledger.submit(
        new ReserveUnassigned(REPOSITORY, 1, ""),
        new Ledger.Caller() {
          @Override
          public boolean abandoned() {
            return false;
          }

          @Override
          public void answer(Outcome outcome) {
            commits.complete(store.commits());
          }
        });
    gate.countDown();
    assertTrue(commits.join() - before <= 3, () -> commits.join() - before + " commits");
    sweeping.join();
    assertEquals(0, Objects.requireNonNull(store.repository(REPOSITORY)).reservationCount());
  }
}
