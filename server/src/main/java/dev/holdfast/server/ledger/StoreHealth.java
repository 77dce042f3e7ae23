package dev.holdfast.server.ledger;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Tracks whether the engine works, as the writer sees it. Thread-safe. */
final class StoreHealth {
  /** How long after a failure the engine counts as failed. */
  private static final long RETRY_NANOS = 10_000_000_000L;

  private final LedgerListener listener;
  private volatile boolean failed;

  /** When the engine last failed, in {@link System#nanoTime()}; meaningless unless it has. */
  private volatile long failedNanos;

  /** When the current call of the engine began, in {@link System#nanoTime()}; null for none. */
  private volatile @Nullable Long busySinceNanos;

  StoreHealth(LedgerListener listener) {
    this.listener = listener;
  }

  /** Returns whether the last transaction failed. */
  boolean failed() {
    return failed;
  }

  /**
   * Returns whether the last transaction failed within {@link #RETRY_NANOS}. After that, a retry is
   * useful: if all changes stay rejected, the server never learns that the disk has free space
   * again.
   */
  boolean failedRecently() {
    return failed && System.nanoTime() - failedNanos < RETRY_NANOS;
  }

  /** Returns how long the current call of the engine has taken; 0 if there is none. */
  long busyNanos(long nowNanos) {
    Long since = busySinceNanos;
    return since == null ? 0 : nowNanos - since;
  }

  /** Calls the engine. */
  <T> T call(Supplier<T> call) {
    busySinceNanos = System.nanoTime();
    try {
      return call.get();
    } finally {
      busySinceNanos = null;
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

  void noteFailure(StoreException e) {
    failedNanos = System.nanoTime();
    if (!failed) {
      failed = true;
      listener.storeFailed(e);
    }
  }

  void noteSuccess() {
    if (failed) {
      failed = false;
      listener.storeRecovered();
    }
  }
}
