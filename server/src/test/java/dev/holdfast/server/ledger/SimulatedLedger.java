package dev.holdfast.server.ledger;

import dev.holdfast.server.ledger.engine.LedgerStore;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/** Makes ledgers that commit where and when a simulation lets them. */
public final class SimulatedLedger {
  private SimulatedLedger() {}

  /**
   * Makes a ledger and starts it.
   *
   * @param committing receives each batch that is to be committed
   * @param backOff is called where a real ledger waits between attempts
   */
  public static Ledger start(
      LedgerStore store,
      LedgerClock clock,
      LedgerListener listener,
      Consumer<Runnable> committing,
      IntConsumer backOff) {
    CommitThreads threads =
        new CommitThreads() {
          @Override
          public void execute(Runnable work) {
            committing.accept(work);
          }

          @Override
          public void everySecond(Runnable work) {
            // The simulation decides when.
          }

          @Override
          public void backOff(int attempts) {
            backOff.accept(attempts);
          }

          @Override
          public void close() {}
        };
    Ledger ledger = new Ledger(store, clock, 100_000, listener, threads);
    ledger.start();
    return ledger;
  }

  /** What a real ledger does once a second. */
  public static void tend(Ledger ledger) {
    ledger.tend();
  }
}
