package dev.holdfast.server.runtime.network;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** Admits one log line a minute and counts the suppressed lines. */
public final class LineLimit {
  private static final long PERIOD_NANOS = TimeUnit.MINUTES.toNanos(1);

  private static final LongAdder SUPPRESSED_TOTAL = new LongAdder();

  private long lastNanos = System.nanoTime() - PERIOD_NANOS;
  private long suppressed;

  /** Returns the number of lines that this process suppressed so far. */
  public static long suppressedTotal() {
    return SUPPRESSED_TOTAL.sum();
  }

  /**
   * Returns the number of lines suppressed since the last admitted line; -1 if this line is
   * suppressed.
   */
  public synchronized long admit() {
    long now = System.nanoTime();
    if (now - lastNanos < PERIOD_NANOS) {
      suppressed++;
      SUPPRESSED_TOTAL.increment();
      return -1;
    }
    long suppressedBefore = suppressed;
    lastNanos = now;
    suppressed = 0;
    return suppressedBefore;
  }
}
