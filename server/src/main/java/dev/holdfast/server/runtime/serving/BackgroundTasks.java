package dev.holdfast.server.runtime.serving;

import dev.holdfast.server.ledger.LeaseSweeper;
import dev.holdfast.server.ledger.Ledger;
import dev.holdfast.server.ledger.LedgerListener;
import dev.holdfast.server.ledger.Retention;
import dev.holdfast.server.ledger.ScheduledWork;
import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.runtime.engine.Engine;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs the server's periodic background tasks. */
final class BackgroundTasks implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("holdfast");

  private static final long PROBE_MILLIS = 1000;
  private static final long SCRUB_MILLIS = 100;

  /** Files must hold within 10 s, after two polls that found the same. */
  private static final long RELOAD_MILLIS = 1000;

  private static final long COUNT_MILLIS = 10_000;

  /** Time that the first calls to a new process may take on a busy machine. */
  private static final long FIRST_CALLS_MILLIS = 2000;

  /** Each task has its own thread: a long purge must not delay the expiry of leases. */
  private final ScheduledExecutorService sweeping = thread("lease-sweeper");

  private final ScheduledExecutorService purging = thread("retention");
  private final ScheduledExecutorService probing = thread("store-probe");
  private final ScheduledExecutorService scrubbing = thread("scrub");
  private final ScheduledExecutorService keeping = thread("engine-upkeep");
  private final ScheduledExecutorService reloading = thread("reload");
  private final ScheduledExecutorService counting = thread("state-count");
  private final LedgerListener listener;

  private final Ledger ledger;
  private final Duration retention;
  private final List<Engine.Upkeep> upkeep;

  /**
   * Makes the tasks without starting them.
   *
   * @param upkeep the tasks of the engine
   */
  BackgroundTasks(
      Ledger ledger, Duration retention, List<Engine.Upkeep> upkeep, LedgerListener listener) {
    this.ledger = ledger;
    this.retention = retention;
    this.upkeep = upkeep;
    this.listener = listener;
  }

  /**
   * Starts the tasks; called once clients are served. After the first calls were answered, all
   * leases get their grace again, and then the first pass for expired leases runs.
   *
   * @param reload takes up changed files of tokens and certificates
   * @param count counts reservations for metrics if that is due, which may take seconds
   */
  void start(Runnable reload, Runnable count) {
    LeaseSweeper sweeper = new LeaseSweeper(ledger, listener);
    var unused =
        sweeping.schedule(
            ScheduledWork.guarded(ledger::giveGrace, listener),
            FIRST_CALLS_MILLIS,
            TimeUnit.MILLISECONDS);
    repeat(
        sweeping,
        sweeper,
        FIRST_CALLS_MILLIS + LeaseSweeper.PERIOD_MILLIS,
        LeaseSweeper.PERIOD_MILLIS);
    Retention purge = new Retention(ledger, retention);
    long purgeMillis = purge.period().toMillis();
    repeat(purging, purge, purgeMillis, purgeMillis);
    repeat(probing, ledger.reads()::probe, PROBE_MILLIS, PROBE_MILLIS);
    repeat(scrubbing, ledger.reads()::scrub, SCRUB_MILLIS, SCRUB_MILLIS);
    for (Engine.Upkeep task : upkeep) {
      repeat(keeping, task.work(), 0, task.period().toMillis());
    }
    repeat(reloading, reload, RELOAD_MILLIS, RELOAD_MILLIS);
    repeat(counting, () -> countOrRetry(count), 0, COUNT_MILLIS);
  }

  /** A long read is interrupted if the WAL becomes too long meanwhile; the next run retries. */
  private static void countOrRetry(Runnable count) {
    try {
      count.run();
    } catch (StoreException e) {
      LOG.debug("cannot count reservations by state now", e);
    }
  }

  private static ScheduledExecutorService thread(String name) {
    var thread = new ScheduledThreadPoolExecutor(1, work -> new Thread(work, name));
    // Otherwise the shutdown would wait for the delayed grace task.
    thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    return thread;
  }

  private void repeat(
      ScheduledExecutorService thread, Runnable task, long firstMillis, long periodMillis) {
    var unused =
        thread.scheduleWithFixedDelay(
            ScheduledWork.guarded(task, listener),
            firstMillis,
            periodMillis,
            TimeUnit.MILLISECONDS);
  }

  /** Starts no further run and waits for the current ones. */
  @Override
  public void close() {
    for (ScheduledExecutorService thread :
        List.of(sweeping, purging, probing, scrubbing, keeping, reloading, counting)) {
      thread.shutdown();
      try {
        if (!thread.awaitTermination(10, TimeUnit.SECONDS)) {
          listener.failed(new IllegalStateException("a background task did not end within 10 s"));
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
