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
 * Owns the threads that read from the store, so that network threads never wait for a disk. Their
 * queues are bounded.
 */
public final class ReadExecutors implements AutoCloseable {
  private static final int MAX_WAITING_READS = 20_000;
  private static final int MAX_WAITING_SCANS = 100;

  /** Enough to use both cores of a small machine while other reads continue. */
  private static final int WATCH_THREADS = 2;

  private final ThreadPoolExecutor pointReads;
  private final ThreadPoolExecutor scans;
  private final ThreadPoolExecutor reconciles;
  private final ThreadPoolExecutor slotDraws;
  private final ThreadPoolExecutor watchDelivery;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(work -> new Thread(work, "call-timer"));

  private final ScheduledExecutorService poller =
      Executors.newSingleThreadScheduledExecutor(work -> new Thread(work, "change-poller"));

  /**
   * Starts threads for an engine.
   *
   * @param count number of reads that the engine runs at a time
   */
  public ReadExecutors(int count) {
    pointReads = threads("reader", count, MAX_WAITING_READS);
    // One thread: a recount reads everything, and two recounts would only slow each other down. A
    // reconcile has its own thread, so that it does not wait for a recount.
    scans = threads("scan", 1, MAX_WAITING_SCANS);
    reconciles = threads("reconcile", 1, MAX_WAITING_SCANS);
    slotDraws = threads("slot-draw", 1, MAX_WAITING_SCANS);
    // Each watcher has at most one waiting task, so the limit on watchers bounds this queue.
    watchDelivery = threads("watch", WATCH_THREADS, Integer.MAX_VALUE);
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

  /** Returns the executor for recounts. */
  public ThreadPoolExecutor scans() {
    return scans;
  }

  public ThreadPoolExecutor reconciles() {
    return reconciles;
  }

  /** Returns the executor that draws slots for sales. */
  ThreadPoolExecutor slotDraws() {
    return slotDraws;
  }

  /** Returns the executor that reads for watchers and sends to them. */
  public ThreadPoolExecutor watchDelivery() {
    return watchDelivery;
  }

  /** Runs a short task periodically. */
  public void repeat(Runnable work, Duration period, LedgerListener listener) {
    repeat(timer, work, period, listener);
  }

  /** Runs a task periodically that reads the store, on a thread of its own. */
  public void poll(Runnable work, Duration period, LedgerListener listener) {
    repeat(poller, work, period, listener);
  }

  private static void repeat(
      ScheduledExecutorService thread, Runnable work, Duration period, LedgerListener listener) {
    var unused =
        thread.scheduleWithFixedDelay(
            ScheduledWork.guarded(work, listener),
            period.toMillis(),
            period.toMillis(),
            TimeUnit.MILLISECONDS);
  }

  /** Stops the threads once all accepted work is done. */
  @Override
  public void close() {
    pointReads.shutdown();
    scans.shutdown();
    reconciles.shutdown();
    slotDraws.shutdown();
    watchDelivery.shutdown();
    timer.shutdown();
    poller.shutdown();
  }
}
