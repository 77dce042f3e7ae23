package dev.holdfast.benchmarks.load;

import java.util.concurrent.locks.LockSupport;

/** The clock of an open loop. */
public interface Ticker {
  /** Returns the time, like {@link System#nanoTime}. */
  long nanos();

  /** Waits until that time, or a little longer. */
  void waitUntil(long nanos) throws InterruptedException;

  /**
   * The clock of the machine. It sleeps and does not spin, which would take a core from the server;
   * so a start may be about 0.1 ms late, which counts as latency.
   */
  Ticker SYSTEM =
      new Ticker() {
        @Override
        public long nanos() {
          return System.nanoTime();
        }

        @Override
        public void waitUntil(long nanos) throws InterruptedException {
          long left = nanos - System.nanoTime();
          while (left > 0) {
            LockSupport.parkNanos(left);
            if (Thread.interrupted()) {
              throw new InterruptedException();
            }
            left = nanos - System.nanoTime();
          }
        }
      };
}
