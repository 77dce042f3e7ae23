package dev.holdfast.server.store.sqlite.connection;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
 * somebody still reads what was older. Where that keeps the log for long, those who read a page are
 * held up for a moment, and in the end those who read for long give up.
 *
 * <p>Where a sync or a write fails, the process must end: SQLite counts the pages of a pass as
 * written when only the last pass is synced. Any other failure costs nothing but room on the disk:
 * it is tried again.
 */
public final class Checkpointer implements AutoCloseable {
  /** A checkpoint writes a page once, however often the log has it: fewer and larger ones pay. */
  public static final int PAGES = 8192;

  /** What is left of the log's file when it begins anew after it was longer: twice that. */
  static final int LOG_BYTES = 64 << 20;

  /** Times {@link #PAGES}, from where on those who read a page are held up. */
  private static final int LONG = 8;

  /** Times {@link #PAGES}, from where on those who read for long give up: 1 GiB. */
  private static final int TOO_LONG = 32;

  /** How long those who read may be held up, in a second in which the log is long. */
  private static final long HELD_UP_NANOS = 50_000_000;

  private static final long HOLD_UP_EVERY_NANOS = 1_000_000_000;

  /** How much may be left for the writer: some milliseconds. */
  private static final int PAGES_LEFT = 1024;

  /** How often to go over what was added meanwhile before the writer has to take it. */
  private static final int PASSES = 4;

  /** To look how long the log is takes some microseconds. */
  private static final int LOOK_EVERY_TRANSACTIONS = 32;

  private static final long END_SECONDS = 60;

  private static final Logger LOGGER = LoggerFactory.getLogger(Checkpointer.class);

  private final Path log;
  private final SqliteConnection connection;
  private final int pages;
  private final StoreCondition condition;
  private final Readers readers;
  private final LongReads longReads;
  private final SqliteCalls calls;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          work -> {
            Thread thread = new Thread(work, "checkpoints");
            thread.setDaemon(true);
            return thread;
          });

  private int transactions;
  private long heldUpNanos = System.nanoTime() - HOLD_UP_EVERY_NANOS;

  /** Whether the thread is at it. */
  private volatile boolean underWay;

  /** Whether what is left is for the writer. */
  private volatile boolean left;

  /** Whether the last try failed. */
  private volatile boolean failing;

  /**
   * For a database.
   *
   * @param connection what the thread does it on; it stays open for as long as the store is, so
   *     that no other one is ever the last to close
   * @param pages how long the log becomes before it is taken into the database
   */
  public Checkpointer(
      Path database,
      SqliteConnection connection,
      int pages,
      StoreCondition condition,
      Readers readers,
      LongReads longReads,
      SqliteCalls calls) {
    this.log = database.resolveSibling(database.getFileName() + "-wal");
    this.connection = connection;
    this.pages = pages;
    this.condition = condition;
    this.readers = readers;
    this.longReads = longReads;
    this.calls = calls;
  }

  /** To be called by the writer before each transaction. */
  public void beforeTransaction(SqliteConnection writer) {
    try {
      if (left) {
        // Once: whoever reads what is older keeps a part of the log, and then the next look
        // decides.
        left = false;
        takeRest(writer);
      }
      if (++transactions % LOOK_EVERY_TRANSACTIONS == 0) {
        look(writer);
      }
    } catch (SQLException e) {
      failed(e);
    }
  }

  private void look(SqliteConnection writer) throws SQLException {
    int length = calls.checkpoint(writer, "NOOP").length();
    if (length < pages) {
      return;
    }
    if (length >= TOO_LONG * pages) {
      longReads.giveUp();
    }
    if (length >= LONG * pages && System.nanoTime() - heldUpNanos >= HOLD_UP_EVERY_NANOS) {
      // Those who read in turn may always be reading something older, whoever of them it is.
      readers.whileNobodyReads(HELD_UP_NANOS, () -> takeRest(writer));
      heldUpNanos = System.nanoTime();
    }
    takeMostBeside();
  }

  private void takeMostBeside() {
    if (!underWay) {
      underWay = true;
      thread.execute(this::takeMost);
    }
  }

  private void takeRest(SqliteConnection writer) throws SQLException {
    if (calls.checkpoint(writer, "NOOP").rest() > PAGES_LEFT) {
      // A reader was in the way of the thread, or it was too slow: not before everybody's eyes.
      return;
    }
    if (calls.checkpoint(writer, "PASSIVE").rest() == 0) {
      failing = false;
    }
  }

  /**
   * To be called by the writer when it has nothing to do.
   *
   * @return whether the log is in the database, and its file is larger than it should stay: then
   *     the next commit shortens it
   */
  public boolean whenIdle(SqliteConnection writer) {
    try {
      if (underWay || Files.size(log) <= LOG_BYTES) {
        return false;
      }
      if (calls.checkpoint(writer, "NOOP").rest() > PAGES_LEFT) {
        takeMostBeside();
        return false;
      }
      return calls.checkpoint(writer, "PASSIVE").rest() == 0;
    } catch (SQLException e) {
      failed(e);
      return false;
    } catch (IOException e) {
      warn(e);
      return false;
    }
  }

  private void takeMost() {
    try {
      for (int pass = 0; pass < PASSES && !left && condition.trouble().isEmpty(); pass++) {
        calls.checkpoint(connection, "PASSIVE");
        left = calls.checkpoint(connection, "NOOP").rest() <= PAGES_LEFT;
      }
    } catch (SQLException e) {
      failed(e);
    } finally {
      underWay = false;
    }
  }

  private void failed(SQLException e) {
    warn(condition.checkpointFailed(e));
  }

  /** It will be tried again and again, and nobody wants to read that many lines. */
  private void warn(Exception e) {
    if (!failing) {
      failing = true;
      LOGGER.warn("cannot take the log into the database, so it grows", e);
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
