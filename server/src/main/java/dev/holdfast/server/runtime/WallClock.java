package dev.holdfast.server.runtime;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.function.LongSupplier;

/**
 * The time in microseconds since the epoch: that of the wall at the start, and from then on what
 * has passed since. So a wall clock that is set while the server runs ends no lease early and keeps
 * none alive.
 */
final class WallClock implements LongSupplier {
  private final long startMicros = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
  private final long startNanos = System.nanoTime();

  @Override
  public long getAsLong() {
    return startMicros + (System.nanoTime() - startNanos) / 1000;
  }
}
