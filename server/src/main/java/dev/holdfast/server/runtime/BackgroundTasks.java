package dev.holdfast.server.runtime;

import dev.holdfast.server.ledger.LeaseSweeper;
import dev.holdfast.server.ledger.Ledger;
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

  private final ScheduledExecutorService forgetting = thread("retention");
  private final ScheduledExecutorService probing = thread("store-probe");
  private final ScheduledExecutorService scrubbing = thread("scrub");
  private final ScheduledExecutorService reserving = thread("disk-reserve");
  private final Ledger.Watch watch;

  private final Ledger ledger;
  private final Duration retention;
  private final Runnable reserve;

  /**
   * For a ledger.
   *
   * @param reserve keeps room on the disk; it is run about once a minute while the store is well
   */
  BackgroundTasks(Ledger ledger, Duration retention, Runnable reserve, Ledger.Watch watch) {
    this.ledger = ledger;
    this.retention = retention;
    this.reserve = reserve;
    this.watch = watch;
  }

  /**
   * Begins, when callers are served. Their first calls have been answered when leases get their
   * grace again and the first look for expired ones is due.
   */
  void begin() {
    LeaseSweeper sweeper = new LeaseSweeper(ledger, watch);
    var unused =
        sweeping.schedule(
            ScheduledWork.guarded(ledger::giveGrace, watch),
            FIRST_CALLS_MILLIS,
            TimeUnit.MILLISECONDS);
    repeat(
        sweeping,
        sweeper,
        FIRST_CALLS_MILLIS + LeaseSweeper.PERIOD_MILLIS,
        LeaseSweeper.PERIOD_MILLIS);
    Retention forget = new Retention(ledger, retention);
    long forgetMillis = forget.period().toMillis();
    repeat(forgetting, forget, forgetMillis, forgetMillis);
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
      ScheduledExecutorService thread, Runnable chore, long firstMillis, long periodMillis) {
    var unused =
        thread.scheduleWithFixedDelay(
            ScheduledWork.guarded(chore, watch), firstMillis, periodMillis, TimeUnit.MILLISECONDS);
  }

  /** Begins nothing more, and waits for what was begun. */
  @Override
  public void close() {
    for (ScheduledExecutorService thread :
        List.of(sweeping, forgetting, probing, scrubbing, reserving)) {
      thread.shutdown();
      try {
        if (!thread.awaitTermination(10, TimeUnit.SECONDS)) {
          watch.failed(new IllegalStateException("a chore takes too long to end"));
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
