package dev.holdfast.server.runtime.metrics;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.server.ledger.Ledger;
import dev.holdfast.server.ledger.NotedWatch;
import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.engine.LedgerReads;
import dev.holdfast.server.ledger.engine.LedgerReads.ReservationsQuery;
import dev.holdfast.server.ledger.engine.LedgerReads.StateCount;
import dev.holdfast.server.ledger.meter.LedgerMeter;
import dev.holdfast.server.ledger.rules.Command;
import dev.holdfast.server.ledger.rules.Outcome;
import dev.holdfast.server.ledger.rules.repositories.CreateRepository;
import dev.holdfast.server.ledger.rules.repositories.DeleteRepository;
import dev.holdfast.server.ledger.rules.slots.FillSlot;
import dev.holdfast.server.ledger.rules.slots.ReserveSlot;
import dev.holdfast.server.store.RandomCommands;
import dev.holdfast.server.store.sqlite.SqliteStore;
import dev.holdfast.server.store.sqlite.releases.ReleaseIndex;
import dev.holdfast.testing.Seed;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The counts by state equal a recount of the store. */
class StateCountsTest {
  private static final int STARTS = 4;
  private static final int BATCHES = 60;

  @TempDir private Path directory;

  private StateCounts counts = new StateCounts();

  private Ledger start(SqliteStore store) {
    Ledger ledger = new Ledger(store, System::nanoTime, 1_000_000, new NotedWatch());
    ledger.measureWith(
        new LedgerMeter() {
          @Override
          public void booked(String repositoryId, List<Event> events) {
            counts.booked(repositoryId, events);
          }
        });
    ledger.start();
    return ledger;
  }

  /** Runs commands together, and returns their outcomes in order. */
  private static List<Outcome> run(Ledger ledger, List<Command> commands) {
    List<CompletableFuture<Outcome>> outcomes = new ArrayList<>();
    for (Command command : commands) {
      CompletableFuture<Outcome> done = new CompletableFuture<>();
      outcomes.add(done);
      ledger.submit(
          command,
          new Ledger.Caller() {
            @Override
            public boolean abandoned() {
              return false;
            }

            @Override
            public void answer(Outcome outcome) {
              done.complete(outcome);
            }
          });
    }
    return outcomes.stream().map(CompletableFuture::join).toList();
  }

  private SqliteStore open() {
    return SqliteStore.open(
        directory.resolve("ledger.db"), new ReleaseIndex.Limits(200, 600, Long.SIZE), 50);
  }

  /** Counts by reading every reservation, as a client would. */
  private static Map<String, StateCount> recount(LedgerReads reads) {
    Map<String, StateCount> found = new TreeMap<>();
    for (Repository repository : reads.repositories("", 100)) {
      found.put(
          repository.id(),
          new StateCount(
              repository.revision(),
              count(reads, repository.id(), false),
              count(reads, repository.id(), true)));
    }
    return found;
  }

  private static long count(LedgerReads reads, String id, boolean filled) {
    return reads
        .reservations(new ReservationsQuery(id, null, filled, null, 100_000))
        .reservations()
        .size();
  }

  private Map<String, StateCount> counted() {
    return new TreeMap<>(requireNonNull(counts.counts(), "not counted"));
  }

  @Test
  void theyEqualARecountAfterRandomChangesAndRestarts() throws Exception {
    RandomCommands commands = new RandomCommands(new Random(Seed.VALUE), 60);
    long reservations = 0;
    for (int i = 0; i < STARTS; i++) {
      counts = new StateCounts();
      try (SqliteStore store = open();
          Ledger ledger = start(store)) {
        CompletableFuture<Void> counting = null;
        for (int batch = 0; batch < BATCHES; batch++) {
          commands.learn(run(ledger, commands.next(20)));
          if (batch == BATCHES / 4) {
            // Beside the changes.
            counting =
                CompletableFuture.runAsync(() -> counts.countIfDue(ledger.reads()::countStates));
          }
        }
        requireNonNull(counting).join();
        counts.countIfDue(() -> Map.of("", new StateCount(0, 0, 0)));
        Map<String, StateCount> expected = recount(ledger.reads());
        assertEquals(expected, new TreeMap<>(ledger.reads().countStates()));
        assertEquals(expected, counted());
        reservations +=
            expected.values().stream().mapToLong(count -> count.reserved() + count.filled()).sum();
      }
    }
    assertTrue(reservations > 0, "the commands left no reservations to count");
  }

  @Test
  void eventsDuringACountAreAddedOnce() {
    try (SqliteStore store = open();
        Ledger ledger = start(store)) {
      ledger.run(new CreateRepository("a", 1000));
      ledger.run(new ReserveSlot("a", new Slot("r", 0), 1, 0, ""));
      counts.countIfDue(
          () -> {
            ledger.run(new FillSlot("a", new Slot("r", 0), 0, ""));
            Map<String, StateCount> snapshot = store.countStates();
            ledger.run(new ReserveSlot("a", new Slot("r", 1), 1, 0, ""));
            ledger.run(new CreateRepository("b", 1000));
            ledger.run(new CreateRepository("c", 1000));
            ledger.run(new DeleteRepository("c"));
            return snapshot;
          });
      assertEquals(recount(store), counted());
      StateCount count = requireNonNull(counted().get("a"));
      assertEquals(1, count.reserved());
      assertEquals(1, count.filled());
    }
  }

  @Test
  void theyAreUnknownWhileACountFailsOrIsOverrunOrACommitIsUnclear() {
    counts = new StateCounts(3);
    try (SqliteStore store = open();
        Ledger ledger = start(store)) {
      assertNull(counts.counts());
      ledger.run(new CreateRepository("a", 1000));
      counts.countIfDue(
          () -> {
            for (int i = 0; i < 4; i++) {
              ledger.run(new ReserveSlot("a", new Slot("r", i), 1, 0, ""));
            }
            return store.countStates();
          });
      assertNull(counts.counts());
      counts.countIfDue(store::countStates);
      assertEquals(recount(store), counted());
      counts.discard();
      assertNull(counts.counts());
      ledger.run(new ReserveSlot("a", new Slot("r", 9), 1, 0, ""));
      counts.countIfDue(store::countStates);
      assertEquals(recount(store), counted());
      assertNotEquals(0, counted().size());
    }
  }
}
