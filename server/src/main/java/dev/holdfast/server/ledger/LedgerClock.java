package dev.holdfast.server.ledger;

/** The time by which the rules decide, and its relation to the system clock. */
public interface LedgerClock {
  /**
   * Returns the time in microseconds since the epoch. It is monotonic, except for {@link #move}.
   */
  long nowMicros();

  /** Returns a monotonic time in nanoseconds, from an arbitrary origin. */
  default long steadyNanos() {
    return System.nanoTime();
  }

  /**
   * Returns how far the system clock is ahead of this one because it was set; 0 if it was not set.
   */
  default long setMicros() {
    return 0;
  }

  /** Adopts the system clock after it was set. */
  default void move(long byMicros) {}
}
