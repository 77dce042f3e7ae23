package dev.holdfast.server.ledger;

/**
 * Sees to it that no lease ends because of time in which nobody could renew it, nor because the
 * clock was set. Of the ledger's writer, who asks before everything that it does: so whatever was
 * queued before a process was stopped, or while the store failed, is decided behind the grace.
 */
final class LeaseTime {
  /** What is left of a lease at least when renewing is possible again, if it is that long. */
  private static final long GRACE_MICROS = 60_000_000;

  /** Shorter ones are those of a busy machine. */
  private static final long GAP_NANOS = 2_000_000_000L;

  private final LedgerStore store;
  private final LedgerClock clock;
  private final LedgerListener listener;

  /** When changes were last possible. */
  private long servedNanos;

  private boolean failing;
  private boolean graceDue;

  LeaseTime(LedgerStore store, LedgerClock clock, LedgerListener listener) {
    this.store = store;
    this.clock = clock;
    this.listener = listener;
    this.servedNanos = clock.steadyNanos();
  }

  /** Changes are possible, unless the store fails. To be told at least once a second. */
  void pulse() {
    long nowNanos = clock.steadyNanos();
    graceDue |= nowNanos - servedNanos > GAP_NANOS;
    if (!failing) {
      servedNanos = nowNanos;
    }
  }

  /** A transaction was committed. */
  void committed() {
    failing = false;
    pulse();
  }

  /** A transaction failed in the engine: until one is committed nobody can renew. */
  void failed() {
    failing = true;
  }

  /** Whether leases are to be adjusted before anything is decided. */
  boolean isDue() {
    return graceDue || clock.setMicros() != 0;
  }

  /** Adjusts leases in a transaction of its own, and takes over that the clock was set. */
  void adjust() {
    long setMicros = clock.setMicros();
    try (LedgerStore.Transaction transaction = store.begin()) {
      adjust(transaction, setMicros, graceDue ? GRACE_MICROS : 0);
      transaction.commit();
    } catch (StoreException e) {
      // Where nobody knows whether it was made, the bounds make the next one good.
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

  /** Gives every lease its grace, whatever happened. For a start. */
  void giveGrace(LedgerStore.Transaction transaction) {
    // Where this is not committed, it comes before whatever is; where it is, it costs nothing then.
    graceDue = true;
    adjust(transaction, 0, GRACE_MICROS);
  }

  private void adjust(LedgerStore.Transaction transaction, long byMicros, long graceMicros) {
    transaction.adjustLeases(byMicros, clock.nowMicros() + byMicros, graceMicros);
  }
}
