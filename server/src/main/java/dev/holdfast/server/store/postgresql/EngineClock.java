package dev.holdfast.server.store.postgresql;

import dev.holdfast.server.ledger.LedgerClock;

/**
 * The clock of the database, as estimated from what it told last. Rules decide by the time that
 * comes with a load; this one only tells when it is worth asking. It may be late by the duration of
 * a flight, never early.
 */
public final class EngineClock implements LedgerClock {
  private static final long NANOS_PER_MICRO = 1000;

  /** The time of the database less that of {@link System#nanoTime}, in microseconds. */
  private volatile long offsetMicros;

  EngineClock() {}

  /** Takes over a time that the database told just now, in microseconds since the epoch. */
  void observe(long engineMicros) {
    offsetMicros = engineMicros - System.nanoTime() / NANOS_PER_MICRO;
  }

  @Override
  public long nowMicros() {
    return offsetMicros + System.nanoTime() / NANOS_PER_MICRO;
  }
}
