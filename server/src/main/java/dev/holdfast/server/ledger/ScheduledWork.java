package dev.holdfast.server.ledger;

/** Wraps periodic work for a scheduler. */
public final class ScheduledWork {
  private ScheduledWork() {}

  /**
   * Returns the work wrapped so that its failures are reported. A scheduler hides an exception in a
   * future that nobody reads, and does not run the work again. The wrapper reports an exception to
   * the listener and lets the next run happen; it passes an error to the thread's handler of
   * uncaught exceptions.
   */
  public static Runnable guarded(Runnable work, LedgerListener listener) {
    return () -> {
      try {
        work.run();
      } catch (RuntimeException e) {
        listener.failed(e);
      } catch (Error e) {
        Thread thread = Thread.currentThread();
        thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
        throw e;
      }
    };
  }
}
