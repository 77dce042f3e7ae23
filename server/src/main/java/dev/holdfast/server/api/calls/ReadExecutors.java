package dev.holdfast.server.api.calls;

import dev.holdfast.server.ledger.LedgerListener;
import dev.holdfast.server.ledger.ScheduledWork;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The threads that read from the store, so that those of the network never wait for a disk. What
 * waits for them is bounded.
 */
public final class ReadExecutors implements AutoCloseable {
  private static final int WAITING_LIMIT = 20_000;
  private static final int LONG_WAITING_LIMIT = 100;

  /** Enough to keep both cores of a small machine busy, and others than watchers reading. */
  private static final int TELLING = 2;

  private final ThreadPoolExecutor pointReads;
  private final ThreadPoolExecutor scans;
  private final ThreadPoolExecutor reconciles;
  private final ThreadPoolExecutor slotDraws;
  private final ThreadPoolExecutor watchDelivery;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(work -> new Thread(work, "call-timer"));

  /**
   * Threads for an engine.
   *
   * @param count how many it lets read at a time
   */
  public ReadExecutors(int count) {
    pointReads = threads("reader", count, WAITING_LIMIT);
    // One at a time: a recount reads everything, and two would only slow each other down. A
    // reconcile is no recount, and must not wait for one.
    scans = threads("scan", 1, LONG_WAITING_LIMIT);
    reconciles = threads("reconcile", 1, LONG_WAITING_LIMIT);
    slotDraws = threads("slot-draw", 1, LONG_WAITING_LIMIT);
    // A watcher has one step waiting at the most, so the watchers are the limit.
    watchDelivery = threads("watch", TELLING, Integer.MAX_VALUE);
  }

  private static ThreadPoolExecutor threads(String name, int count, int waitingLimit) {
    return new ThreadPoolExecutor(
        count,
        count,
        0,
        TimeUnit.SECONDS,
        new LinkedBlockingQueue<>(waitingLimit),
        work -> new Thread(work, name));
  }

  ThreadPoolExecutor pointReads() {
    return pointReads;
  }

  /** Those who recount. */
  public ThreadPoolExecutor scans() {
    return scans;
  }

  public ThreadPoolExecutor reconciles() {
    return reconciles;
  }

  /** Those who go through requests for sales. */
  ThreadPoolExecutor slotDraws() {
    return slotDraws;
  }

  /** Those who read for watchers, and tell them. */
  public ThreadPoolExecutor watchDelivery() {
    return watchDelivery;
  }

  /** Has something done over and over, which must not take long. */
  public void repeat(Runnable work, Duration period, LedgerListener listener) {
    var unused =
        timer.scheduleWithFixedDelay(
            ScheduledWork.guarded(work, listener),
            period.toMillis(),
            period.toMillis(),
            TimeUnit.MILLISECONDS);
  }

  /** Ends them when what was taken on is done. */
  @Override
  public void close() {
    pointReads.shutdown();
    scans.shutdown();
    reconciles.shutdown();
    slotDraws.shutdown();
    watchDelivery.shutdown();
    timer.shutdown();
  }
}
