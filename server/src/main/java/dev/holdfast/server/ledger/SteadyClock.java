package dev.holdfast.server.ledger;

import java.util.function.LongSupplier;

/**
 * The system clock's time at the start, plus the time that has passed since. A system clock that is
 * set later takes effect only with {@link #move}, because the leases must be moved with it.
 */
public final class SteadyClock implements LedgerClock {
  /** A smaller difference is a normal correction of the system clock, for example by NTP. */
  private static final long MIN_JUMP_MICROS = 1_000_000;

  private final LongSupplier wallMillis;
  private final LongSupplier steadyNanos;
  private volatile long offsetMicros;

  /** Makes a clock from the machine's clocks. */
  public SteadyClock() {
    this(System::currentTimeMillis, System::nanoTime);
  }

  /**
   * Makes a clock from these clocks.
   *
   * @param wallMillis the system clock, in milliseconds since the epoch; it can be set
   * @param steadyNanos a monotonic clock, in nanoseconds
   */
  public SteadyClock(LongSupplier wallMillis, LongSupplier steadyNanos) {
    this.wallMillis = wallMillis;
    this.steadyNanos = steadyNanos;
    this.offsetMicros = wallMillis.getAsLong() * 1000 - steadyNanos.getAsLong() / 1000;
  }

  @Override
  public long nowMicros() {
    return offsetMicros + steadyNanos.getAsLong() / 1000;
  }

  @Override
  public long steadyNanos() {
    return steadyNanos.getAsLong();
  }

  @Override
  public long setMicros() {
    long ahead = wallMillis.getAsLong() * 1000 - nowMicros();
    return Math.abs(ahead) < MIN_JUMP_MICROS ? 0 : ahead;
  }

  /** Moves the clock. Called by one committer at a time. */
  @Override
  @SuppressWarnings("NonAtomicVolatileUpdate")
  public void move(long byMicros) {
    offsetMicros = offsetMicros + byMicros;
  }
}
