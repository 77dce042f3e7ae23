package dev.holdfast.server.store.sqlite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The log begins anew, long before SQLite would see to that by itself. */
@Timeout(60)
class CheckpointsTest {
  private static final int PAGES = 200;

  /** SQLite itself would let it become so long. */
  private static final int TOO_MANY_PAGES = Checkpoints.PAGES_AT_MOST / 2;

  @TempDir Path directory = Path.of("");
  private Path database = Path.of("");

  @BeforeEach
  void makeATable() throws SQLException {
    database = directory.resolve("holdfast.db");
    try (SqliteConnection writer = SqliteConnection.writer(database)) {
      writer.run("CREATE TABLE numbers (number INTEGER)");
    }
  }

  private static void commit(Checkpoints checkpoints, SqliteConnection writer) throws SQLException {
    checkpoints.beforeTransaction(writer);
    writer.run("INSERT INTO numbers VALUES (1)");
  }

  /** How many pages the log has, as the next transaction finds it. */
  private static long length(SqliteConnection connection) throws SQLException {
    return SqliteConnection.rows(
            connection.prepared("PRAGMA wal_checkpoint(NOOP)"), row -> row.getLong(2))
        .get(0);
  }

  /** Commits until the log has begun anew; answers how long it had become. */
  private static long untilItBeginsAnew(Checkpoints checkpoints, SqliteConnection writer)
      throws SQLException {
    long before = length(writer);
    while (true) {
      commit(checkpoints, writer);
      long now = length(writer);
      if (now < before) {
        return before;
      }
      assertTrue(now < TOO_MANY_PAGES, "the log has " + now + " pages");
      before = now;
    }
  }

  @Test
  void theLogBeginsAnewAgainAndAgain() throws SQLException, IOException {
    try (SqliteConnection writer = SqliteConnection.writer(database);
        Checkpoints checkpoints = new Checkpoints(database, PAGES)) {
      for (int i = 0; i < 5; i++) {
        assertTrue(untilItBeginsAnew(checkpoints, writer) >= PAGES);
      }
      // The last commit is the first of the new log, and all before it are in the database; the
      // thread may have begun again already, so the last one may be there too.
      long committed = writer.number("SELECT count(*) FROM numbers");
      Path copy = directory.resolve("copy.db");
      Files.copy(database, copy);
      try (SqliteConnection copied = SqliteConnection.reader(copy)) {
        assertTrue(copied.number("SELECT count(*) FROM numbers") >= committed - 1);
      }
    }
  }

  @Test
  void whoReadsWhatIsOlderKeepsTheLogAndNoLonger() throws SQLException {
    try (SqliteConnection writer = SqliteConnection.writer(database);
        SqliteConnection reader = SqliteConnection.reader(database);
        Checkpoints checkpoints = new Checkpoints(database, PAGES)) {
      commit(checkpoints, writer);
      reader.run("BEGIN");
      long seen = reader.number("SELECT count(*) FROM numbers");
      long before = 0;
      for (int i = 0; i < 20 * PAGES; i++) {
        commit(checkpoints, writer);
        assertTrue(length(writer) > before, "the log began anew under a reader");
        before = length(writer);
      }
      assertEquals(seen, reader.number("SELECT count(*) FROM numbers"));
      reader.run("COMMIT");
      untilItBeginsAnew(checkpoints, writer);
    }
  }

  @Test
  void whatFailsIsTriedAgain() throws SQLException, IOException {
    Path link = directory.resolve("link.db");
    Files.createSymbolicLink(link, directory.resolve("missing").resolve("holdfast.db"));
    try (SqliteConnection writer = SqliteConnection.writer(database);
        Checkpoints checkpoints = new Checkpoints(link, PAGES)) {
      for (int i = 0; i < 10 * PAGES; i++) {
        commit(checkpoints, writer);
      }
      assertTrue(length(writer) >= 10 * PAGES, "the log began anew");
      Files.delete(link);
      Files.createSymbolicLink(link, database);
      untilItBeginsAnew(checkpoints, writer);
    }
  }
}
