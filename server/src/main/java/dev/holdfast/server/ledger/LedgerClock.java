package dev.holdfast.server.ledger;

/** The time by which the rules decide, and how it is kept with the wall's. */
public interface LedgerClock {
  /** The time, in microseconds since the epoch. It goes on steadily, but for {@link #move}. */
  long nowMicros();

  /** A time that nobody sets, from some beginning on; in nanoseconds. */
  default long steadyNanos() {
    return System.nanoTime();
  }

  /** How far the wall's clock is ahead of this one since it was set; 0 where it was not. */
  default long setMicros() {
    return 0;
  }

  /** Takes over that the wall's clock was set. */
  default void move(long byMicros) {}
}
