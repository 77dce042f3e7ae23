package dev.holdfast.server.runtime;

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

/** What the server does by itself, over and over. */
final class BackgroundTasks implements AutoCloseable {
  private static final long PROBE_MILLIS = 1000;
  private static final long SCRUB_MILLIS = 100;
  private static final long RESERVE_MILLIS = 60_000;

  /** The first calls to a process that was just started take so long on a busy machine. */
  private static final long FIRST_CALLS_MILLIS = 2000;

  /** Each on a thread of its own: a long clean-up must not let leases wait. */
  private final ScheduledExecutorService sweeping = thread("lease-sweeper");

  private final ScheduledExecutorService purging = thread("retention");
  private final ScheduledExecutorService probing = thread("store-probe");
  private final ScheduledExecutorService scrubbing = thread("scrub");
  private final ScheduledExecutorService reserving = thread("disk-reserve");
  private final LedgerListener listener;

  private final Ledger ledger;
  private final Duration retention;
  private final Runnable reserve;

  /**
   * For a ledger.
   *
   * @param reserve keeps room on the disk; it is run about once a minute while the store is well
   */
  BackgroundTasks(Ledger ledger, Duration retention, Runnable reserve, LedgerListener listener) {
    this.ledger = ledger;
    this.retention = retention;
    this.reserve = reserve;
    this.listener = listener;
  }

  /**
   * Begins, when callers are served. Their first calls have been answered when leases get their
   * grace again and the first look for expired ones is due.
   */
  void begin() {
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
  }

  /** Not in a directory that somebody put in the place of the store's. */
  private void keepReserve() {
    if (ledger.reads().trouble().isEmpty()) {
      reserve.run();
    }
  }

  private static ScheduledExecutorService thread(String name) {
    var thread = new ScheduledThreadPoolExecutor(1, work -> new Thread(work, name));
    // Otherwise a server that ends would wait until the grace of its start is due.
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

  /** Begins nothing more, and waits for what was begun. */
  @Override
  public void close() {
    for (ScheduledExecutorService thread :
        List.of(sweeping, purging, probing, scrubbing, reserving)) {
      thread.shutdown();
      try {
        if (!thread.awaitTermination(10, TimeUnit.SECONDS)) {
          listener.failed(new IllegalStateException("a task takes too long to end"));
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
