package dev.holdfast.server.runtime.network;

import java.util.concurrent.TimeUnit;

/** Lets one line a minute into the log, and counts those that it keeps out. */
final class LineLimit {
  private static final long PERIOD_NANOS = TimeUnit.MINUTES.toNanos(1);

  private long lastNanos = System.nanoTime() - PERIOD_NANOS;
  private long keptOut;

  /** How many were kept out since the last line; less than 0 where this one is, too. */
  synchronized long admit() {
    long now = System.nanoTime();
    if (now - lastNanos < PERIOD_NANOS) {
      keptOut++;
      return -1;
    }
    long others = keptOut;
    lastNanos = now;
    keptOut = 0;
    return others;
  }
}
