package dev.holdfast.server.store.sqlite.rows;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.server.ledger.StoreRunner;
import dev.holdfast.server.ledger.engine.BatchId;
import dev.holdfast.server.ledger.engine.LedgerStore;
import dev.holdfast.server.ledger.engine.Maintenance;
import dev.holdfast.server.ledger.engine.Recount;
import dev.holdfast.server.store.sqlite.SqliteStore;
import dev.holdfast.server.store.sqlite.connection.SqliteConnection;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The notes of how far the events had come. */
class ServedTimeTest {
  private static final long KEPT = 1000;

  @TempDir Path directory = Path.of("");

  /** An event, and whatever retention does when the ledger has served for so long. */
  private static void serve(SqliteStore store, long micros) {
    try (LedgerStore.Transaction transaction = StoreRunner.begin(store, "default")) {
      StoreRunner.change(transaction, micros);
      transaction.commit(BatchId.random());
    }
    int forgotten;
    do {
      forgotten =
          store
              .maintenance()
              .purge(new Maintenance.ServedNote(micros, KEPT / 100), micros - KEPT, 1000);
    } while (forgotten > 0);
  }

  private long number(String sql) throws SQLException {
    try (SqliteConnection reader = SqliteConnection.reader(directory.resolve("holdfast.db"))) {
      return reader.number(sql);
    }
  }

  @Test
  void thereAreNoMoreThanAHundredAndTheyForgetWhatIsOldEnough() throws SQLException {
    try (SqliteStore store = SqliteStore.open(directory.resolve("holdfast.db"))) {
      for (long micros = 1; micros <= 3000; micros++) {
        serve(store, micros);
      }
      assertEquals(3000, store.servedMicros());
    }
    assertTrue(number("SELECT count(*) FROM served_notes") <= 102, "notes");
    long oldest = number("SELECT min(micros) FROM events");
    assertTrue(oldest > 1980 && oldest <= 2000, "the oldest is of " + oldest);
  }

  /** Damage makes the store neither purge data early nor retain data for ever. */
  @Test
  void whatIsDamagedIsToldAndCountsAsLess() throws SQLException {
    Path database = directory.resolve("holdfast.db");
    try (SqliteStore store = SqliteStore.open(database)) {
      for (long micros = 1; micros <= 900; micros++) {
        serve(store, micros);
      }
    }
    try (SqliteConnection other = SqliteConnection.writer(database)) {
      other.run("UPDATE served SET micros = micros + 1000000");
      other.run(
          "UPDATE served_notes SET chunk = 1000 WHERE served_micros ="
              + " (SELECT min(served_micros) FROM served_notes)");
    }
    try (SqliteStore store = SqliteStore.open(database)) {
      List<String> problems =
          Objects.requireNonNull(store.recount("default")).problems().stream()
              .map(Recount.Problem::subject)
              .toList();
      assertTrue(problems.contains("damaged row of served: the time served"), problems::toString);
      assertTrue(
          problems.stream().anyMatch(one -> one.startsWith("damaged row of served_notes")),
          problems::toString);
      long served = store.servedMicros();
      assertTrue(served > 800 && served <= 900, "served " + served);

      // A start would have been refused, as it reads these events.
      try (SqliteConnection other = SqliteConnection.writer(database)) {
        other.run("UPDATE events SET events = zeroblob(length(events)) WHERE chunk = 2");
      }
      serve(store, KEPT + 2);
      assertEquals(1, number("SELECT min(chunk) FROM events"), "forgotten too early");
      serve(store, KEPT + 50);
      assertEquals(KEPT + 50, store.servedMicros());
      assertTrue(number("SELECT min(chunk) FROM events") > 2, "kept for ever");
    }
  }
}
