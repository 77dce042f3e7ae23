package dev.holdfast.server.api;

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
public final class ReaderThreads implements AutoCloseable {
  private static final int WAITING_LIMIT = 20_000;
  private static final int SLOW_WAITING_LIMIT = 100;

  /** Enough to keep both cores of a small machine busy, and others than watchers reading. */
  private static final int TELLING = 2;

  private final ThreadPoolExecutor quick;
  private final ThreadPoolExecutor slow;
  private final ThreadPoolExecutor telling;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(work -> new Thread(work, "watch-timer"));

  /**
   * Threads for an engine.
   *
   * @param count how many it lets read at a time
   */
  public ReaderThreads(int count) {
    quick = threads("reader", count, WAITING_LIMIT);
    // One at a time: a recount reads everything, and two would only slow each other down.
    slow = threads("slow-reader", 1, SLOW_WAITING_LIMIT);
    // A watcher has one step waiting at the most, so the watchers are the limit.
    telling = threads("watch", TELLING, Integer.MAX_VALUE);
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

  ThreadPoolExecutor quick() {
    return quick;
  }

  ThreadPoolExecutor slow() {
    return slow;
  }

  /** Those who read for watchers, and tell them. */
  ThreadPoolExecutor telling() {
    return telling;
  }

  /** Has something done over and over. */
  void repeat(Runnable work, Duration period) {
    var unused =
        timer.scheduleAtFixedRate(
            work, period.toMillis(), period.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Ends them when what was taken on is done. */
  @Override
  public void close() {
    quick.shutdown();
    slow.shutdown();
    telling.shutdown();
    timer.shutdown();
  }
}
