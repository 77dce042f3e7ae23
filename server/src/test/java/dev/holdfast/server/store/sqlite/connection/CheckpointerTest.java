package dev.holdfast.server.store.sqlite.connection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.store.sqlite.directory.OpenFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** The log begins anew, whoever reads and whatever fails, and its file becomes shorter again. */
@Timeout(60)
class CheckpointerTest {
  private static final int PAGES = 200;

  /** Far more than it should take. */
  private static final int TOO_MANY_PAGES = 32_768;

  @TempDir Path directory = Path.of("");
  private Path database = Path.of("");

  @BeforeEach
  void makeATable() throws SQLException {
    database = directory.resolve("holdfast.db");
    try (SqliteConnection writer = SqliteConnection.writer(database)) {
      writer.run("CREATE TABLE numbers (number INTEGER)");
    }
  }

  /** With some that read beside it. */
  private final class Harness implements AutoCloseable {
    final List<StoreException> fatal = new CopyOnWriteArrayList<>();
    final StoreCondition condition;
    final Readers readers;
    final LongReads longReads;
    final SqliteConnection connection = SqliteConnection.checkpointer(database);
    final Checkpointer checkpoints;

    Harness(SqliteCalls calls) throws IOException {
      condition = new StoreCondition(new OpenFiles(database), fatal::add);
      readers = new Readers(2, () -> SqliteConnection.reader(database), condition);
      longReads = new LongReads(() -> SqliteConnection.reader(database), condition);
      checkpoints =
          new Checkpointer(database, connection, PAGES, condition, readers, longReads, calls);
    }

    @Override
    public void close() {
      checkpoints.close();
      readers.close();
      connection.close();
    }
  }

  private static void commit(Checkpointer checkpoints, SqliteConnection writer)
      throws SQLException {
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
  private static long untilItBeginsAnew(Checkpointer checkpoints, SqliteConnection writer)
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
        Harness harness = new Harness(SqliteCalls.REAL)) {
      Checkpointer checkpoints = harness.checkpoints;
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
  void whoReadsWhatIsOlderKeepsTheLogAndNoLonger() throws SQLException, IOException {
    try (SqliteConnection writer = SqliteConnection.writer(database);
        SqliteConnection reader = SqliteConnection.reader(database);
        Harness harness = new Harness(SqliteCalls.REAL)) {
      Checkpointer checkpoints = harness.checkpoints;
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

  private static SQLException failure(SQLiteErrorCode code) {
    return new SQLiteException("failed on purpose", code);
  }

  /** Fails with this, if anything, each time that the log is to be taken. */
  @Test
  void aWriterThatIsFasterThanTheThreadCheckpointsItself() throws SQLException, IOException {
    try (SqliteConnection writer = SqliteConnection.writer(database);
        Harness harness = new Harness(fallingBehind(writer))) {
      writer.run("CREATE TABLE blobs (blob BLOB)");
      long before = 0;
      for (int i = 0; length(writer) >= before; i++) {
        assertTrue(i < 64, "the WAL grows");
        before = length(writer);
        harness.checkpoints.beforeTransaction(writer);
        // More pages than the writer checkpoints otherwise.
        writer.run("INSERT INTO blobs VALUES (randomblob(5000000))");
      }
    }
  }

  /** The background thread never catches up, as if a commit came after each of its passes. */
  private static SqliteCalls fallingBehind(SqliteConnection writer) {
    return (connection, mode) ->
        SqliteCalls.REAL.checkpoint(connection, connection == writer ? mode : "NOOP");
  }

  private static SqliteCalls failing(AtomicReference<@Nullable SQLiteErrorCode> with) {
    return (connection, mode) -> {
      SQLiteErrorCode code = with.get();
      if (code != null && mode.equals("PASSIVE")) {
        throw failure(code);
      }
      return SqliteCalls.REAL.checkpoint(connection, mode);
    };
  }

  @ParameterizedTest
  @EnumSource(
      value = SQLiteErrorCode.class,
      names = {"SQLITE_FULL", "SQLITE_IOERR_READ", "SQLITE_BUSY", "SQLITE_NOMEM"})
  void whatFailsIsTriedAgain(SQLiteErrorCode code) throws SQLException, IOException {
    AtomicReference<@Nullable SQLiteErrorCode> with = new AtomicReference<>(code);
    try (SqliteConnection writer = SqliteConnection.writer(database);
        Harness harness = new Harness(failing(with))) {
      for (int i = 0; i < 3 * PAGES; i++) {
        commit(harness.checkpoints, writer);
      }
      assertTrue(length(writer) >= 3 * PAGES, "the log began anew");
      assertEquals(List.of(), harness.fatal);
      with.set(null);
      untilItBeginsAnew(harness.checkpoints, writer);
    }
  }

  /** The writes of earlier passes may be lost, and the next sync would not report the loss. */
  @ParameterizedTest
  @EnumSource(
      value = SQLiteErrorCode.class,
      names = {
        "SQLITE_IOERR_FSYNC",
        "SQLITE_IOERR_DIR_FSYNC",
        "SQLITE_IOERR_WRITE",
        "SQLITE_IOERR_TRUNCATE",
        "SQLITE_IOERR"
      })
  void whereASyncOrAWriteFailedNothingIsTriedAgain(SQLiteErrorCode code)
      throws SQLException, IOException {
    AtomicInteger tried = new AtomicInteger();
    try (SqliteConnection writer = SqliteConnection.writer(database);
        Harness harness =
            new Harness(
                (connection, mode) -> {
                  if (mode.equals("PASSIVE") && tried.incrementAndGet() == 1) {
                    throw failure(code);
                  }
                  return SqliteCalls.REAL.checkpoint(connection, mode);
                })) {
      for (int i = 0; harness.fatal.isEmpty(); i++) {
        assertTrue(i < TOO_MANY_PAGES, "nobody was told");
        commit(harness.checkpoints, writer);
      }
      assertTrue(harness.condition.halted());
      assertThrows(StoreException.class, harness.condition::requireWritable);
      assertThrows(StoreException.class, harness.condition::requireReadable);
      assertFalse(harness.fatal.get(0).outcomeUnknown());
    }
    assertEquals(1, tried.get());
  }

  private Path log() {
    return directory.resolve("holdfast.db-wal");
  }

  /** Commits a page hundred times over. */
  private static void commitMuch(Checkpointer checkpoints, SqliteConnection writer)
      throws SQLException {
    checkpoints.beforeTransaction(writer);
    writer.run("INSERT INTO blobs VALUES (zeroblob(409600))");
  }

  /** Lets the file of the log become longer than it should stay, while somebody reads. */
  private void makeItLong(Harness harness, SqliteConnection writer) throws Exception {
    writer.run("CREATE TABLE blobs (blob BLOB)");
    harness.readers.readInOneSnapshot(
        connection -> {
          connection.number("SELECT count(*) FROM numbers");
          for (int i = 0; i < 2 * Checkpointer.WAL_BYTES / 409600; i++) {
            writer.run("INSERT INTO blobs VALUES (zeroblob(409600))");
          }
          return true;
        });
    assertTrue(Files.size(log()) > 2L * Checkpointer.WAL_BYTES);
  }

  @Test
  void theFileOfTheLogBecomesShorterUnderLoad() throws Exception {
    try (SqliteConnection writer = SqliteConnection.writer(database);
        Harness harness = new Harness(SqliteCalls.REAL)) {
      makeItLong(harness, writer);
      for (int i = 0; Files.size(log()) > Checkpointer.WAL_BYTES; i++) {
        assertTrue(i < TOO_MANY_PAGES, "it has " + Files.size(log()) + " bytes");
        commit(harness.checkpoints, writer);
      }
    }
  }

  @Test
  void theFileOfTheLogBecomesShorterWhenNobodyChangesAnything() throws Exception {
    try (SqliteConnection writer = SqliteConnection.writer(database);
        Harness harness = new Harness(SqliteCalls.REAL)) {
      makeItLong(harness, writer);
      // The thread does most of it meanwhile.
      while (!harness.checkpoints.whenIdle(writer)) {
        Thread.onSpinWait();
      }
      writer.run("INSERT INTO numbers VALUES (1)");
      assertTrue(Files.size(log()) <= Checkpointer.WAL_BYTES, "it has " + Files.size(log()));
      assertFalse(harness.checkpoints.whenIdle(writer), "nothing is left to be done");
    }
  }

  @Test
  @Timeout(60)
  void whoReadsForLongGivesUpWhereTheLogBecomesTooLong() throws Exception {
    // When the read has ended, the log may have been restarted already.
    AtomicInteger longest = new AtomicInteger();
    SqliteCalls calls =
        (connection, mode) -> {
          SqliteCalls.WalState state = SqliteCalls.REAL.checkpoint(connection, mode);
          longest.accumulateAndGet(state.length(), Math::max);
          return state;
        };
    try (SqliteConnection writer = SqliteConnection.writer(database);
        Harness harness = new Harness(calls)) {
      writer.run("CREATE TABLE blobs (blob BLOB)");
      CountDownLatch begun = new CountDownLatch(1);
      CompletableFuture<Long> reading =
          CompletableFuture.supplyAsync(
              () ->
                  harness.longReads.read(
                      "cannot count for ever",
                      connection ->
                          connection.inOneSnapshot(
                              () -> {
                                connection.number("SELECT count(*) FROM numbers");
                                begun.countDown();
                                return connection.number(
                                    "WITH RECURSIVE n (i) AS"
                                        + " (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
                                        + " SELECT max(i) FROM n");
                              })));
      begun.await();
      while (!reading.isDone()) {
        if (length(writer) < 40 * PAGES) {
          commitMuch(harness.checkpoints, writer);
        } else {
          // It was told to give up, and is told again, until it has had its turn on a busy machine.
          harness.checkpoints.beforeTransaction(writer);
        }
      }
      Throwable failure = assertThrows(CompletionException.class, reading::join).getCause();
      assertInstanceOf(StoreException.class, failure);
      assertTrue(longest.get() >= 32 * PAGES, "it gave up too soon");
      assertEquals(List.of(), harness.fatal);
      untilItBeginsAnew(harness.checkpoints, writer);
    }
  }
}
