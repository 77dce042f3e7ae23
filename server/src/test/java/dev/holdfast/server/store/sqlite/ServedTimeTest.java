package dev.holdfast.server.store.sqlite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.server.ledger.LedgerStore;
import dev.holdfast.server.ledger.StoreRunner;
import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The notes of how far the events had come. */
class ServedTimeTest {
  private static final long KEPT = 1000;

  @TempDir Path directory = Path.of("");

  /** An event, and whatever retention does when the ledger has served for so long. */
  private static void serve(SqliteStore store, long micros) {
    try (LedgerStore.Transaction transaction = store.begin()) {
      StoreRunner.change(transaction, micros);
      transaction.noteServed(micros, KEPT / 100);
      int forgotten;
      do {
        forgotten = transaction.forget(micros - KEPT, 1000);
      } while (forgotten > 0);
      transaction.commit();
    }
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
}
