package dev.holdfast.server.store.sqlite;

import dev.holdfast.server.ledger.StoreException;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the write-ahead log into the database, so that it can begin anew.
 *
 * <p>SQLite would do that in the commit that finds the log long, and everybody would wait until
 * thousands of pages, all over the file, are on the disk. So a thread does most of it beside the
 * writer. What is committed meanwhile is little, and is for the writer itself between two
 * transactions: only then nothing is added behind it, and the next one begins the log anew, unless
 * somebody still reads what was older.
 *
 * <p>Where this fails, nothing is lost but room on the disk: it is tried again, and SQLite does it
 * in a commit after all when the log is {@link #PAGES_AT_MOST} long.
 */
final class Checkpoints implements AutoCloseable {
  /** A checkpoint writes a page once, however often the log has it: fewer and larger ones pay. */
  static final int PAGES = 8192;

  /** When SQLite is to do it by itself. */
  static final int PAGES_AT_MOST = 8 * PAGES;

  /** How much may be left for the writer: some milliseconds. */
  private static final int PAGES_LEFT = 1024;

  /** How often to go over what was added meanwhile before the writer has to take it. */
  private static final int PASSES = 4;

  /** To look how long the log is takes some microseconds. */
  private static final int LOOK_EVERY_TRANSACTIONS = 32;

  private static final long END_SECONDS = 60;

  private static final Logger LOGGER = LoggerFactory.getLogger(Checkpoints.class);

  private final Path database;
  private final int pages;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          work -> {
            Thread thread = new Thread(work, "checkpoints");
            thread.setDaemon(true);
            return thread;
          });

  private int transactions;

  /** Whether the thread is at it. */
  private volatile boolean underWay;

  /** Whether what is left is for the writer. */
  private volatile boolean left;

  /** Whether the last try failed. */
  private volatile boolean failing;

  /** What a checkpoint says of the log, in pages. */
  private record Log(int length, int taken) {
    int rest() {
      return length - taken;
    }
  }

  /**
   * For a database.
   *
   * @param pages how long the log becomes before it is taken into the database
   */
  Checkpoints(Path database, int pages) {
    this.database = database;
    this.pages = pages;
  }

  /** To be called by the writer before each transaction. */
  void beforeTransaction(SqliteConnection writer) {
    try {
      if (left) {
        // Once: whoever reads what is older keeps a part of the log, and then the next look
        // decides.
        left = false;
        takeRest(writer);
      }
      if (++transactions % LOOK_EVERY_TRANSACTIONS == 0
          && !underWay
          && checkpoint(writer, "NOOP").length() >= pages) {
        underWay = true;
        thread.execute(this::takeMost);
      }
    } catch (SQLException e) {
      failed(e);
    }
  }

  private void takeRest(SqliteConnection writer) throws SQLException {
    if (checkpoint(writer, "NOOP").rest() > PAGES_LEFT) {
      // A reader was in the way of the thread, or it was too slow: not before everybody's eyes.
      return;
    }
    if (checkpoint(writer, "PASSIVE").rest() == 0) {
      failing = false;
    }
  }

  private void takeMost() {
    try (SqliteConnection connection = SqliteConnection.checkpointer(database)) {
      for (int pass = 0; pass < PASSES && !left; pass++) {
        checkpoint(connection, "PASSIVE");
        left = checkpoint(connection, "NOOP").rest() <= PAGES_LEFT;
      }
    } catch (SQLException | StoreException e) {
      failed(e);
    } finally {
      underWay = false;
    }
  }

  /** It will be tried again and again, and nobody wants to read that many lines. */
  private void failed(Exception e) {
    if (!failing) {
      failing = true;
      LOGGER.warn("cannot take the log into the database, so it grows", e);
    }
  }

  private static Log checkpoint(SqliteConnection connection, String mode) throws SQLException {
    PreparedStatement checkpoint = connection.prepared("PRAGMA wal_checkpoint(" + mode + ")");
    try (ResultSet row = checkpoint.executeQuery()) {
      row.next();
      return new Log(row.getInt(2), row.getInt(3));
    }
  }

  /** Waits for what is under way. */
  @Override
  public void close() {
    thread.shutdown();
    try {
      thread.awaitTermination(END_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
