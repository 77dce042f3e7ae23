package dev.holdfast.server.ledger;

import java.util.function.LongSupplier;

/**
 * The wall's time at the start, and what has passed since. A wall's clock that is set is followed
 * when {@link #move} says so, because leases are to be moved along with it.
 */
public final class SteadyClock implements LedgerClock {
  /** A clock that differs by less was not set: it is kept right. */
  private static final long SET_MICROS = 1_000_000;

  private final LongSupplier wallMillis;
  private final LongSupplier steadyNanos;
  private volatile long offsetMicros;

  /** The machine's. */
  public SteadyClock() {
    this(System::currentTimeMillis, System::nanoTime);
  }

  /**
   * One of these clocks.
   *
   * @param wallMillis the wall's, in milliseconds since the epoch, which can be set
   * @param steadyNanos one that nobody sets, in nanoseconds
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
    return Math.abs(ahead) < SET_MICROS ? 0 : ahead;
  }

  /** By the ledger's writer alone. */
  @Override
  @SuppressWarnings("NonAtomicVolatileUpdate")
  public void move(long byMicros) {
    offsetMicros = offsetMicros + byMicros;
  }
}
