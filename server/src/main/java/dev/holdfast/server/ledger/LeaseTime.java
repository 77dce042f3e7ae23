package dev.holdfast.server.ledger;

/**
 * Ensures that no lease expires because of time in which renewal was impossible, or because the
 * system clock was set. Used by the writer thread, which checks before every batch and task: so
 * commands that were queued before the process was stopped, or while the store failed, are decided
 * after the grace.
 */
final class LeaseTime {
  /** Minimum remaining time of a lease, up to its length, once renewal is possible again. */
  private static final long GRACE_MICROS = 60_000_000;

  /** Shorter gaps are normal on a busy machine. */
  private static final long GAP_NANOS = 2_000_000_000L;

  private final LedgerStore store;
  private final LedgerClock clock;
  private final LedgerListener listener;

  /** Time at which changes were last possible. */
  private long servedNanos;

  private boolean failing;
  private boolean graceDue;

  LeaseTime(LedgerStore store, LedgerClock clock, LedgerListener listener) {
    this.store = store;
    this.clock = clock;
    this.listener = listener;
    this.servedNanos = clock.steadyNanos();
  }

  /**
   * Records that changes are possible, unless the store fails. Must be called at least once a
   * second.
   */
  void pulse() {
    long nowNanos = clock.steadyNanos();
    graceDue |= nowNanos - servedNanos > GAP_NANOS;
    if (!failing) {
      servedNanos = nowNanos;
    }
  }

  /** Records a committed transaction. */
  void committed() {
    failing = false;
    pulse();
  }

  /**
   * Records a transaction that failed in the engine: renewal is impossible until one is committed.
   */
  void failed() {
    failing = true;
  }

  /** Returns whether leases must be adjusted before the next decision. */
  boolean isDue() {
    return graceDue || clock.setMicros() != 0;
  }

  /** Adjusts leases in an own transaction, and adopts the system clock if it was set. */
  void adjust() {
    long setMicros = clock.setMicros();
    try (LedgerStore.Transaction transaction = store.begin()) {
      adjust(transaction, setMicros, graceDue ? GRACE_MICROS : 0);
      transaction.commit();
    } catch (StoreException e) {
      // If the outcome of the commit is unknown, the bounds of the next adjustment correct it.
      graceDue = true;
      throw e;
    }
    graceDue = false;
    if (setMicros != 0) {
      long beforeMicros = clock.nowMicros();
      clock.move(setMicros);
      listener.clockSet(beforeMicros, beforeMicros + setMicros);
    }
    committed();
  }

  /** Gives every lease its grace unconditionally, at the start. */
  void giveGrace(LedgerStore.Transaction transaction) {
    // If this is not committed, the grace precedes the next commit; otherwise repeating it changes
    // nothing.
    graceDue = true;
    adjust(transaction, 0, GRACE_MICROS);
  }

  private void adjust(LedgerStore.Transaction transaction, long byMicros, long graceMicros) {
    transaction.adjustLeases(byMicros, clock.nowMicros() + byMicros, graceMicros);
  }
}
