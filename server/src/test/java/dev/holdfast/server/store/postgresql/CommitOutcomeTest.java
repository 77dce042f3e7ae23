package dev.holdfast.server.store.postgresql;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.server.ledger.StoreRunner;
import dev.holdfast.server.ledger.engine.BatchId;
import dev.holdfast.server.ledger.engine.LedgerStore;
import dev.holdfast.server.ledger.engine.LedgerStore.CommitOutcome;
import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.testing.process.Relay;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A commit that was not answered: what became of it is found out, and is true. */
@Timeout(60)
class CommitOutcomeTest {
  private static final String REPOSITORY = "default";
  private static final SortedSet<String> IDS = new TreeSet<>(Set.of(REPOSITORY));
  private static final BatchId BATCH = BatchId.random();
  private static final String WAITING =
      "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
          + " AND wait_event_type = 'Lock'";

  private final TestDatabase database = TestDatabase.create();
  private final Relay relay = new Relay(database.target());
  private final PostgresStore store = PostgresStore.open(database.settingsVia(relay));

  @AfterEach
  void close() throws Exception {
    store.close();
    relay.close();
  }

  private LedgerStore.Transaction changed(long nowMicros) {
    LedgerStore.Transaction transaction = store.begin(IDS);
    StoreRunner.change(transaction, nowMicros);
    return transaction;
  }

  private void commitChange(long nowMicros) {
    try (LedgerStore.Transaction transaction = changed(nowMicros)) {
      transaction.commit(BatchId.random());
    }
  }

  @Test
  void aCommitWhoseAnswerIsLostIsCommitted() throws Exception {
    commitChange(4);
    try (LedgerStore.Transaction transaction = changed(5)) {
      relay.swallowAnswers();
      CompletableFuture<Void> commit = CompletableFuture.runAsync(() -> transaction.commit(BATCH));
      database.await("SELECT count(*) FROM batches", 2);
      relay.cut();
      CompletionException failed = assertThrows(CompletionException.class, commit::join);
      StoreException cause = assertInstanceOf(StoreException.class, failed.getCause());
      assertTrue(cause.outcomeUnknown(), failed.toString());
    }
    assertEquals(CommitOutcome.COMMITTED, store.outcomeOf(BATCH, IDS));
    assertEquals(5, requireNonNull(store.repository(REPOSITORY)).capacityBytes());
  }

  @Test
  void aCommitThatNeverArrivedIsNotCommitted() throws Exception {
    try (LedgerStore.Transaction transaction = changed(5)) {
      relay.cut();
      StoreException failed = assertThrows(StoreException.class, () -> transaction.commit(BATCH));
      assertTrue(failed.conflict() || failed.outcomeUnknown(), failed.toString());
    }
    assertEquals(CommitOutcome.NOT_COMMITTED, store.outcomeOf(BATCH, IDS));
    assertNull(store.repository(REPOSITORY));
  }

  @Test
  void aBackendThatWasEndedBeforeTheCommitLeavesNothing() {
    commitChange(4);
    try (LedgerStore.Transaction transaction = changed(5)) {
      database.execute(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
              + " WHERE datname = current_database() AND state = 'idle in transaction'");
      StoreException failed = assertThrows(StoreException.class, () -> transaction.commit(BATCH));
      assertTrue(failed.outcomeUnknown(), failed.toString());
    }
    assertEquals(CommitOutcome.NOT_COMMITTED, store.outcomeOf(BATCH, IDS));
    assertEquals(1, database.number("SELECT count(*) FROM batches"));
    commitChange(6);
  }

  @Test
  void theOutcomeIsToldOnlyWhenTheTransactionHasEnded() throws Exception {
    commitChange(4);
    CompletableFuture<CommitOutcome> outcome;
    try (LedgerStore.Transaction transaction = changed(5)) {
      outcome = CompletableFuture.supplyAsync(() -> store.outcomeOf(BATCH, IDS));
      database.await(WAITING, 1);
      assertFalse(outcome.isDone());
      transaction.commit(BATCH);
    }
    assertEquals(CommitOutcome.COMMITTED, outcome.get(30, TimeUnit.SECONDS));
  }

  /** Its row is the lock, and does not exist before the commit. */
  @Test
  void soItIsForANewRepository() throws Exception {
    CompletableFuture<CommitOutcome> outcome;
    try (var other = database.connect();
        var statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute(
          "INSERT INTO repositories VALUES ('default', 0, 0, 0, 0, 0, 0, 0, true, 0)");
      outcome = CompletableFuture.supplyAsync(() -> store.outcomeOf(BATCH, IDS));
      database.await(WAITING, 1);
      assertFalse(outcome.isDone());
      statement.execute("INSERT INTO batches VALUES ('default', '" + BATCH.value() + "', 0)");
      other.commit();
    }
    assertEquals(CommitOutcome.COMMITTED, outcome.get(30, TimeUnit.SECONDS));
  }

  @Test
  void askingLeavesNothingBehind() {
    assertEquals(CommitOutcome.NOT_COMMITTED, store.outcomeOf(BATCH, IDS));
    assertEquals(0, database.number("SELECT count(*) FROM repositories"));
  }

  @Test
  void whereTheDatabaseCannotBeReachedItIsUnknown() throws Exception {
    relay.refuse(true);
    relay.cut();
    StoreException failed = assertThrows(StoreException.class, () -> store.outcomeOf(BATCH, IDS));
    assertTrue(failed.outcomeUnknown());
  }
}
