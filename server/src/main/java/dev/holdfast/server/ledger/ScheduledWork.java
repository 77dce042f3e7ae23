package dev.holdfast.server.ledger;

/** Work that is done over and over on a scheduler's thread. */
public final class ScheduledWork {
  private ScheduledWork() {}

  /**
   * The same work, so that no failure of it is kept from everybody. A scheduler stores what work
   * throws where nobody looks, and does not run that work again. Here an exception is told to the
   * listener, and the next run is due all the same; an error goes to the thread's handler of
   * uncaught exceptions, as it does on every other thread.
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
