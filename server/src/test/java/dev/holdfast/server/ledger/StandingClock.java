package dev.holdfast.server.ledger;

import java.util.concurrent.atomic.AtomicLong;

/**
 * A clock that stands until a test moves it, and is never set.
 *
 * @param micros the time, in microseconds since the epoch
 */
public record StandingClock(AtomicLong micros) implements LedgerClock {
  @Override
  public long nowMicros() {
    return micros.get();
  }

  @Override
  public long steadyNanos() {
    return micros.get() * 1000;
  }
}
