package dev.holdfast.server.runtime.serving;

import dev.holdfast.server.ledger.LeaseSweeper;
import dev.holdfast.server.ledger.Ledger;
import dev.holdfast.server.ledger.LedgerListener;
import dev.holdfast.server.ledger.Retention;
import dev.holdfast.server.ledger.ScheduledWork;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Runs the server's periodic background tasks. */
final class BackgroundTasks implements AutoCloseable {
  private static final long PROBE_MILLIS = 1000;
  private static final long SCRUB_MILLIS = 100;
  private static final long RESERVE_MILLIS = 60_000;
  private static final long DISK_MILLIS = 1000;

  /** Files must hold within 10 s, after two polls that found the same. */
  private static final long RELOAD_MILLIS = 1000;

  /** Time that the first calls to a new process may take on a busy machine. */
  private static final long FIRST_CALLS_MILLIS = 2000;

  /** Each task has its own thread: a long purge must not delay the expiry of leases. */
  private final ScheduledExecutorService sweeping = thread("lease-sweeper");

  private final ScheduledExecutorService purging = thread("retention");
  private final ScheduledExecutorService probing = thread("store-probe");
  private final ScheduledExecutorService scrubbing = thread("scrub");
  private final ScheduledExecutorService reserving = thread("disk-reserve");
  private final ScheduledExecutorService reloading = thread("reload");
  private final LedgerListener listener;

  private final Ledger ledger;
  private final Duration retention;
  private final Runnable reserve;
  private final Runnable diskSpace;

  /**
   * Makes the tasks without starting them.
   *
   * @param reserve keeps the disk reserve; runs about once a minute while the store is healthy
   * @param diskSpace samples the free space of the disk; runs about once a second
   */
  BackgroundTasks(
      Ledger ledger,
      Duration retention,
      Runnable reserve,
      Runnable diskSpace,
      LedgerListener listener) {
    this.ledger = ledger;
    this.retention = retention;
    this.reserve = reserve;
    this.diskSpace = diskSpace;
    this.listener = listener;
  }

  /**
   * Starts the tasks; called once clients are served. After the first calls were answered, all
   * leases get their grace again, and then the first pass for expired leases runs.
   *
   * @param reload takes up changed files of tokens and certificates
   */
  void start(Runnable reload) {
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
    repeat(reserving, this::keepReserve, 0, RESERVE_MILLIS);
    repeat(reloading, reload, RELOAD_MILLIS, RELOAD_MILLIS);
    repeat(reserving, diskSpace, 0, DISK_MILLIS);
  }

  /** Skips the reserve while the store reports trouble: its directory may have been replaced. */
  private void keepReserve() {
    if (ledger.reads().trouble().isEmpty()) {
      reserve.run();
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
        List.of(sweeping, purging, probing, scrubbing, reserving, reloading)) {
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
