package dev.holdfast.server.ledger;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Whether the engine works, as the writer sees it. Any thread may ask. */
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
   * Returns whether the last transaction failed a moment ago. After that moment another try is
   * worthwhile: callers that are always refused never learn that the disk has room again.
   */
  boolean failedRecently() {
    return failed && System.nanoTime() - failedNanos < RETRY_NANOS;
  }

  /** Returns for how long the current call of the engine has taken; 0 where there is none. */
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
