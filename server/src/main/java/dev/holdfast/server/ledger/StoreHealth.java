package dev.holdfast.server.ledger;

import dev.holdfast.server.ledger.engine.StoreException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Tracks whether the engine works, as the committers see it, by lane: where repositories have
 * transactions of their own, one may fail while others work. Thread-safe.
 */
final class StoreHealth {
  /**
   * How long a disk that failed is left alone: an administrator has to give it space or replace it.
   */
  private static final long DISK_RETRY_NANOS = 10_000_000_000L;

  /**
   * A database fails over or starts within seconds, and its engine looks after it by itself, so a
   * server must not stay unready for long after that.
   */
  private static final long DATABASE_RETRY_NANOS = 1_000_000_000L;

  private final LedgerListener listener;

  /** How long after a failure a lane counts as failed. */
  private final long retryNanos;

  /** When each failed lane last failed, in {@link System#nanoTime()}. */
  private final Map<String, Long> failedNanos = new ConcurrentHashMap<>();

  /** When each call of the engine that goes on began, in {@link System#nanoTime()}. */
  private final Map<Thread, Long> busySinceNanos = new ConcurrentHashMap<>();

  /**
   * Makes the health of an engine that works.
   *
   * @param soleOwner whether the store is this process's own, on its disk
   */
  StoreHealth(LedgerListener listener, boolean soleOwner) {
    this.listener = listener;
    this.retryNanos = soleOwner ? DISK_RETRY_NANOS : DATABASE_RETRY_NANOS;
  }

  /** Returns whether the last transaction of a lane failed. */
  boolean failed() {
    return !failedNanos.isEmpty();
  }

  /**
   * Returns whether the last transaction of a lane failed a moment ago. After that, a retry is
   * useful: if all changes stay rejected, the server never learns that the disk has free space
   * again, or that the database is back.
   */
  boolean failedRecently() {
    long nowNanos = System.nanoTime();
    return failedNanos.values().stream().anyMatch(since -> nowNanos - since < retryNanos);
  }

  /** Returns how long the slowest current call of the engine has taken; 0 if there is none. */
  long busyNanos(long nowNanos) {
    return busySinceNanos.values().stream().mapToLong(since -> nowNanos - since).max().orElse(0);
  }

  /** Calls the engine. */
  <T> T call(Supplier<T> call) {
    busySinceNanos.put(Thread.currentThread(), System.nanoTime());
    try {
      return call.get();
    } finally {
      busySinceNanos.remove(Thread.currentThread());
    }
  }

  /** Calls the engine. */
  void run(Runnable call) {
    call(
        () -> {
          call.run();
          return null;
        });
  }

  synchronized void noteFailure(String lane, StoreException e) {
    boolean first = failedNanos.isEmpty();
    failedNanos.put(lane, System.nanoTime());
    if (first) {
      listener.storeFailed(e);
    }
  }

  void noteSuccess(String lane) {
    if (!failedNanos.isEmpty()) {
      recover(lane);
    }
  }

  private synchronized void recover(String lane) {
    long nowNanos = System.nanoTime();
    failedNanos.remove(lane);
    // A repository that nobody changes any more must not count as failed for ever.
    failedNanos.values().removeIf(since -> nowNanos - since >= retryNanos);
    if (failedNanos.isEmpty()) {
      listener.storeRecovered();
    }
  }
}
