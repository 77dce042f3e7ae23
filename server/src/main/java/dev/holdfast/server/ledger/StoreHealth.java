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
  /** How long after a failure a lane counts as failed. */
  private static final long RETRY_NANOS = 10_000_000_000L;

  private final LedgerListener listener;

  /** When each failed lane last failed, in {@link System#nanoTime()}. */
  private final Map<String, Long> failedNanos = new ConcurrentHashMap<>();

  /** When each call of the engine that goes on began, in {@link System#nanoTime()}. */
  private final Map<Thread, Long> busySinceNanos = new ConcurrentHashMap<>();

  StoreHealth(LedgerListener listener) {
    this.listener = listener;
  }

  /** Returns whether the last transaction of a lane failed. */
  boolean failed() {
    return !failedNanos.isEmpty();
  }

  /**
   * Returns whether the last transaction of a lane failed within {@link #RETRY_NANOS}. After that,
   * a retry is useful: if all changes stay rejected, the server never learns that the disk has free
   * space again.
   */
  boolean failedRecently() {
    long nowNanos = System.nanoTime();
    return failedNanos.values().stream().anyMatch(since -> nowNanos - since < RETRY_NANOS);
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
    failedNanos.values().removeIf(since -> nowNanos - since >= RETRY_NANOS);
    if (failedNanos.isEmpty()) {
      listener.storeRecovered();
    }
  }
}
