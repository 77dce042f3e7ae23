package dev.holdfast.server.store.postgresql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.server.ledger.StoreRunner;
import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.engine.BatchId;
import dev.holdfast.server.ledger.engine.EventsQuery;
import dev.holdfast.server.ledger.engine.LedgerStore;
import dev.holdfast.server.ledger.engine.Recount;
import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.ledger.rules.Command;
import dev.holdfast.server.ledger.view.ReadSet;
import dev.holdfast.server.store.RandomCommands;
import dev.holdfast.server.store.postgresql.connection.PostgresSettings;
import dev.holdfast.testing.Seed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Servers that change the same repository: one after the other, or one has to decide again. */
@Timeout(120)
class ConflictsTest {
  private static final SortedSet<String> IDS = new TreeSet<>(Set.of("default"));
  private static final long NOW_MICROS = 1_000_000;
  private static final int BATCHES = 60;

  private final TestDatabase database = TestDatabase.create();
  private final List<PostgresStore> stores = new ArrayList<>();

  private PostgresStore open(PostgresSettings settings) {
    PostgresStore store = PostgresStore.open(settings);
    stores.add(store);
    return store;
  }

  private PostgresSettings impatient(int writers) {
    PostgresSettings usual = database.settings();
    return new PostgresSettings(
        usual.url(),
        writers,
        usual.readers(),
        Duration.ofMillis(300),
        usual.statementTimeout(),
        Duration.ofMillis(100),
        usual.answerTimeout());
  }

  @AfterEach
  void close() {
    stores.forEach(PostgresStore::close);
  }

  @Test
  void ofTwoServersThatMakeARepositoryOneDecidesAgain() {
    PostgresStore store = open(database.settings());
    PostgresStore other = open(database.settings());
    try (LedgerStore.Transaction first = store.begin(IDS);
        LedgerStore.Transaction second = other.begin(IDS)) {
      StoreRunner.change(first, 1);
      StoreRunner.change(second, 1);
      first.commit(BatchId.random());
      StoreException late =
          assertThrows(StoreException.class, () -> second.commit(BatchId.random()));
      assertTrue(late.conflict(), late.toString());
    }
    assertEquals(1, Objects.requireNonNull(other.repository("default")).revision());
  }

  @Test
  void aWaitForAnotherTransactionEndsAsAConflict() {
    PostgresStore store = open(impatient(2));
    try (LedgerStore.Transaction first = store.begin(IDS)) {
      StoreRunner.change(first, 1);
      first.commit(BatchId.random());
    }
    try (LedgerStore.Transaction holder = store.begin(IDS);
        LedgerStore.Transaction waiting = store.begin(IDS)) {
      assertEquals(1, revision(holder));
      StoreException late = assertThrows(StoreException.class, () -> revision(waiting));
      assertTrue(late.conflict(), late.toString());
    }
  }

  @Test
  void anExhaustedPoolIsAConflictAfterABoundedWait() {
    PostgresStore store = open(impatient(1));
    try (LedgerStore.Transaction only = store.begin(IDS)) {
      assertEquals(0, only.reservationCount("default", "request", 1));
      StoreException late = assertThrows(StoreException.class, () -> store.begin(IDS));
      assertTrue(late.conflict(), late.toString());
    }
    store.begin(IDS).close();
  }

  private static long revision(LedgerStore.Transaction transaction) {
    return Objects.requireNonNull(transaction.load(new ReadSet("default"), 0).books().repository())
        .revision();
  }

  @Test
  void theTimeOfARepositoryNeverGoesBack() {
    TestClock clock = TestClock.addTo(database);
    PostgresStore store = open(database.settings(TestClock.PARAMETERS));
    for (long micros : new long[] {5_000_000, 3_000_000, 6_000_000}) {
      clock.set(micros);
      try (LedgerStore.Transaction transaction = store.begin(IDS)) {
        long now = transaction.load(new ReadSet("default"), 0).nowMicros();
        assertEquals(Math.max(5_000_000, micros), now);
        StoreRunner.change(transaction, now);
        transaction.commit(BatchId.random());
      }
    }
  }

  @Test
  void serversThatChangeTheSameRepositoriesLeaveBooksThatBalance() {
    CompletableFuture.allOf(
            CompletableFuture.runAsync(() -> runBatches(openAnother(), 1)),
            CompletableFuture.runAsync(() -> runBatches(openAnother(), 2)))
        .join();
    PostgresStore store = openAnother();
    for (String id : List.of("default", "cold")) {
      List<Event> events = StoreRunner.events(store, EventsQuery.all(id, 0, 100));
      assertFalse(events.isEmpty());
      for (int i = 0; i < events.size(); i++) {
        assertEquals(i + 1, events.get(i).revision());
      }
      Recount recount = store.recount(id);
      if (recount != null) {
        assertEquals(List.of(), recount.problems());
      }
    }
  }

  private PostgresStore openAnother() {
    synchronized (stores) {
      return open(database.settings());
    }
  }

  private static void runBatches(LedgerStore store, int number) {
    Random random = new Random(Seed.VALUE + number);
    RandomCommands commands = new RandomCommands(random, 6);
    for (int i = 0; i < BATCHES; i++) {
      List<Command> batch = commands.next(random.nextInt(1, 20));
      while (true) {
        try {
          commands.learn(StoreRunner.run(store, batch, NOW_MICROS));
          break;
        } catch (StoreException e) {
          assertTrue(e.conflict(), e.toString());
        }
      }
    }
  }
}
