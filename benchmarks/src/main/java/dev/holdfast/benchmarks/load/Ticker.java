package dev.holdfast.benchmarks.load;

import java.util.concurrent.locks.LockSupport;

/** The time that an open loop runs by. */
public interface Ticker {
  /** As {@link System#nanoTime}. */
  long nanos();

  /** Returns when it is that time, or later. */
  void waitUntil(long nanos) throws InterruptedException;

  /**
   * The machine's. It sleeps and does not spin, which would take a core from the server; so a start
   * may be some 0.1 ms late, which counts as latency.
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
