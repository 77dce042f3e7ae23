package dev.holdfast.server.store.sqlite.connection;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checkpoints the WAL, so that the next transaction can restart it.
 *
 * <p>By default, SQLite checkpoints in the commit that finds the WAL long, and all callers wait
 * until thousands of pages, all over the file, are on the disk. So a background thread checkpoints
 * most of the WAL beside the writer. The writer itself checkpoints the few pages that are committed
 * meanwhile, between two transactions: only then no page is appended after them, and the next
 * transaction restarts the WAL unless a reader still uses an older snapshot. If the writer appends
 * faster than the background thread checkpoints, it waits for that thread and then checkpoints all
 * that is left: changes are never faster than the disk for long. If readers keep the WAL long,
 * point reads are paused for a moment, and finally long reads are interrupted.
 *
 * <p>After a failed sync or write the process must stop: SQLite considers the pages of a pass
 * written although only the last pass is synced. Any other failure costs only disk space; the
 * checkpoint is retried.
 */
public final class Checkpointer implements AutoCloseable {
  /**
   * The length of the WAL, in pages, from which it is checkpointed. A checkpoint writes a page
   * once, however often the WAL contains it, so fewer and larger checkpoints write less.
   */
  public static final int PAGES = 8192;

  /**
   * The size to which SQLite truncates a longer WAL file when it restarts the WAL. The file may
   * stay twice as long.
   */
  static final int WAL_BYTES = 64 << 20;

  /** The multiple of {@link #PAGES} from which point reads are paused. */
  private static final int PAUSE_FACTOR = 8;

  /** The multiple of {@link #PAGES} from which the writer waits for the checkpoint: 384 MiB. */
  private static final int WAIT_FACTOR = 12;

  /** The multiple of {@link #PAGES} from which long reads are interrupted: 1 GiB. */
  private static final int INTERRUPT_FACTOR = 32;

  /** The longest pause of point reads, at most once in {@link #PAUSE_INTERVAL_NANOS}. */
  private static final long LONGEST_PAUSE_NANOS = 50_000_000;

  private static final long PAUSE_INTERVAL_NANOS = 1_000_000_000;

  /** The largest number of pages that the writer checkpoints itself: some milliseconds. */
  private static final int PAGES_FOR_WRITER = 1024;

  /**
   * The number of passes over the pages that are appended meanwhile before the writer has to
   * checkpoint the rest.
   */
  private static final int PASSES = 4;

  /** The interval of checks of the WAL's length; a check takes some microseconds. */
  private static final int TRANSACTIONS_PER_CHECK = 8;

  private static final long CLOSE_SECONDS = 60;

  private static final Logger LOGGER = LoggerFactory.getLogger(Checkpointer.class);

  private final Path wal;
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
  private long pausedNanos = System.nanoTime() - PAUSE_INTERVAL_NANOS;

  /** Whether the background thread is checkpointing. */
  private volatile boolean running;

  /** Whether the writer should checkpoint the rest. */
  private volatile boolean restForWriter;

  /** Whether the last attempt failed. */
  private volatile boolean failing;

  /**
   * Makes a checkpointer for a database.
   *
   * @param connection the connection of the background thread; it stays open as long as the store
   *     is open, so that no other connection is ever the last to close
   * @param pages the length of the WAL, in pages, from which it is checkpointed
   */
  public Checkpointer(
      Path database,
      SqliteConnection connection,
      int pages,
      StoreCondition condition,
      Readers readers,
      LongReads longReads,
      SqliteCalls calls) {
    this.wal = database.resolveSibling(database.getFileName() + "-wal");
    this.connection = connection;
    this.pages = pages;
    this.condition = condition;
    this.readers = readers;
    this.longReads = longReads;
    this.calls = calls;
  }

  /** Checkpoints as necessary; the writer calls it before each transaction. */
  public void beforeTransaction(SqliteConnection writer) {
    try {
      if (restForWriter) {
        // Only once: if a reader of an older snapshot keeps a part of the WAL, the next check
        // decides.
        restForWriter = false;
        checkpointRest(writer);
      }
      if (++transactions % TRANSACTIONS_PER_CHECK == 0) {
        checkLength(writer);
      }
    } catch (SQLException e) {
      failed(e);
    }
  }

  private void checkLength(SqliteConnection writer) throws SQLException {
    int length = calls.checkpoint(writer, "NOOP").length();
    if (length < pages) {
      return;
    }
    if (length >= INTERRUPT_FACTOR * pages) {
      longReads.interruptAll();
    }
    if (length >= WAIT_FACTOR * pages) {
      awaitBackground();
      calls.checkpoint(writer, "PASSIVE");
    }
    if (length >= PAUSE_FACTOR * pages && System.nanoTime() - pausedNanos >= PAUSE_INTERVAL_NANOS) {
      // With several readers, one of them may always use an older snapshot.
      readers.pauseAndRun(LONGEST_PAUSE_NANOS, () -> checkpointRest(writer));
      pausedNanos = System.nanoTime();
    }
    checkpointInBackground();
  }

  private void checkpointInBackground() {
    if (!running) {
      running = true;
      thread.execute(this::checkpointMost);
    }
  }

  private void awaitBackground() {
    try {
      var unused = thread.submit(() -> {}).get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException e) {
      throw new IllegalStateException("an empty task failed", e);
    }
  }

  private void checkpointRest(SqliteConnection writer) throws SQLException {
    if (calls.checkpoint(writer, "NOOP").remaining() > PAGES_FOR_WRITER) {
      // A reader blocked the background thread, or it was too slow. Callers must not wait for so
      // many pages.
      return;
    }
    if (calls.checkpoint(writer, "PASSIVE").remaining() == 0) {
      failing = false;
    }
  }

  /**
   * Checkpoints as necessary; the writer calls it when it is idle.
   *
   * @return whether the WAL is checkpointed and its file is larger than it should stay; the next
   *     commit truncates it then
   */
  public boolean whenIdle(SqliteConnection writer) {
    try {
      if (running || Files.size(wal) <= WAL_BYTES) {
        return false;
      }
      if (calls.checkpoint(writer, "NOOP").remaining() > PAGES_FOR_WRITER) {
        checkpointInBackground();
        return false;
      }
      return calls.checkpoint(writer, "PASSIVE").remaining() == 0;
    } catch (SQLException e) {
      failed(e);
      return false;
    } catch (IOException e) {
      warn(e);
      return false;
    }
  }

  private void checkpointMost() {
    try {
      for (int pass = 0; pass < PASSES && !restForWriter && condition.trouble().isEmpty(); pass++) {
        calls.checkpoint(connection, "PASSIVE");
        restForWriter = calls.checkpoint(connection, "NOOP").remaining() <= PAGES_FOR_WRITER;
      }
    } catch (SQLException e) {
      failed(e);
    } finally {
      running = false;
    }
  }

  private void failed(SQLException e) {
    warn(condition.checkpointFailed(e));
  }

  /** Logs the first of several failures in a row; the checkpoint is retried. */
  private void warn(Exception e) {
    if (!failing) {
      failing = true;
      LOGGER.warn("checkpoint failed; the WAL grows until a retry succeeds", e);
    }
  }

  /** Waits for the checkpoint that is in progress. */
  @Override
  public void close() {
    thread.shutdown();
    try {
      thread.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
