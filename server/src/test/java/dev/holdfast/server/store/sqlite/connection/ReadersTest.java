package dev.holdfast.server.store.sqlite.connection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.store.sqlite.directory.OpenFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** A reader that had an error is not used again, and all of them can be held up for a moment. */
@Timeout(60)
class ReadersTest {
  private static final int COUNT = 3;

  @TempDir Path directory = Path.of("");
  private final List<SqliteConnection> opened = new ArrayList<>();
  private final List<StoreException> fatal = new ArrayList<>();
  private final ExecutorService thread = Executors.newCachedThreadPool();
  private SqliteConnection writer;
  private Readers readers;
  private boolean openingFails;

  @BeforeEach
  void open() throws IOException, SQLException {
    Path database = directory.resolve("holdfast.db");
    writer = SqliteConnection.writer(database);
    writer.run("CREATE TABLE numbers (number INTEGER)");
    StoreCondition condition = new StoreCondition(new OpenFiles(database), fatal::add);
    readers =
        new Readers(
            COUNT,
            () -> {
              if (openingFails) {
                throw StoreException.refused("cannot open on purpose");
              }
              SqliteConnection connection = SqliteConnection.reader(database);
              opened.add(connection);
              return connection;
            },
            condition);
  }

  @AfterEach
  void close() {
    readers.close();
    writer.close();
    thread.shutdown();
  }

  private static long count(SqliteConnection connection) throws SQLException {
    return connection.number("SELECT count(*) FROM numbers");
  }

  private void readAll() {
    for (int i = 0; i < COUNT; i++) {
      assertEquals(0, readers.read(ReadersTest::count));
    }
  }

  private void failARead(SQLiteErrorCode code) {
    assertThrows(
        StoreException.class,
        () ->
            readers.read(
                connection -> {
                  // So it stays in a transaction, as one that could not even roll back.
                  connection.run("BEGIN");
                  throw new SQLiteException("failed on purpose", code);
                }));
  }

  @Test
  void whatHadAnErrorIsOpenedAgainAndNothingElseIs() {
    readAll();
    assertEquals(COUNT, opened.size());
    for (int i = 1; i <= COUNT; i++) {
      failARead(SQLiteErrorCode.SQLITE_IOERR_READ);
      assertTrue(readers.failing());
      readAll();
      assertFalse(readers.failing());
      assertEquals(COUNT + i, opened.size());
    }
    assertEquals(COUNT, opened.stream().filter(SqliteConnection::isClosed).count());
    assertEquals(List.of(), fatal);
  }

  @Test
  void thatItCannotBeOpenedIsAFailureToo() {
    openingFails = true;
    assertThrows(StoreException.class, () -> readers.read(ReadersTest::count));
    assertTrue(readers.failing());
    openingFails = false;
    readAll();
    assertFalse(readers.failing());
  }

  @Test
  void whereNobodyReadsTheWorkIsDoneAndOthersWaitForIt() throws SQLException {
    List<CompletableFuture<Long>> waiting = new ArrayList<>();
    boolean done =
        readers.pauseAndRun(
            TimeUnit.SECONDS.toNanos(30),
            () -> {
              for (int i = 0; i < 2 * COUNT; i++) {
                waiting.add(
                    CompletableFuture.supplyAsync(() -> readers.read(ReadersTest::count), thread));
              }
              writer.run("INSERT INTO numbers VALUES (1)");
            });
    assertTrue(done);
    // Each of them began behind it.
    waiting.forEach(read -> assertEquals(1, read.join()));
  }

  @Test
  void whoReadsForLongIsNotWaitedForAndNobodyElseWaitsThen() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    CompletableFuture<Long> reading =
        CompletableFuture.supplyAsync(
            () ->
                readers.read(
                    connection -> {
                      begun.countDown();
                      try {
                        end.await();
                      } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                      }
                      return count(connection);
                    }),
            thread);
    begun.await();
    List<String> done = new ArrayList<>();
    assertFalse(readers.pauseAndRun(1, () -> done.add("done")));
    assertEquals(List.of(), done);
    assertEquals(0, readers.read(ReadersTest::count));
    end.countDown();
    assertEquals(0, reading.join());
  }
}
