package dev.holdfast.server.ledger;

import dev.holdfast.server.ledger.engine.Maintenance;
import dev.holdfast.server.ledger.engine.StoreException;

/**
 * Ensures that no lease expires because of time in which renewal was impossible, or because the
 * system clock was set. Checked before every batch and task: so commands that were queued before
 * the process was stopped, or while the store failed, are decided after the grace. Thread-safe;
 * while one thread adjusts leases, the others wait.
 */
final class LeaseTime {
  /** Minimum remaining time of a lease, up to its length, once renewal is possible again. */
  private static final long GRACE_MICROS = 60_000_000;

  /** Shorter gaps are normal on a busy machine. */
  private static final long GAP_NANOS = 2_000_000_000L;

  private final Maintenance maintenance;
  private final LedgerClock clock;
  private final LedgerListener listener;

  /** Time at which changes were last possible. */
  private long servedNanos;

  private boolean failing;
  private boolean graceDue;

  LeaseTime(Maintenance maintenance, LedgerClock clock, LedgerListener listener) {
    this.maintenance = maintenance;
    this.clock = clock;
    this.listener = listener;
    this.servedNanos = clock.steadyNanos();
  }

  /** Notices how long nothing was possible. Called before anything is decided. */
  synchronized void check() {
    graceDue |= clock.steadyNanos() - servedNanos > GAP_NANOS;
  }

  /**
   * Records that the store works, as far as one can tell without a commit. Must be called at least
   * once a second.
   */
  synchronized void alive() {
    check();
    if (!failing) {
      servedNanos = clock.steadyNanos();
    }
  }

  /** Records a committed transaction. */
  synchronized void committed() {
    failing = false;
    alive();
  }

  /**
   * Records a transaction that failed in the engine: renewal is impossible until one is committed.
   */
  synchronized void failed() {
    failing = true;
  }

  /** Returns whether leases must be adjusted before the next decision. */
  synchronized boolean isDue() {
    return graceDue || clock.setMicros() != 0;
  }

  /** Adjusts leases if that is still due, and adopts the system clock if it was set. */
  synchronized void adjust() {
    if (!isDue()) {
      return;
    }
    long setMicros = clock.setMicros();
    try {
      maintenance.adjustLeases(
          setMicros, clock.nowMicros() + setMicros, graceDue ? GRACE_MICROS : 0);
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

  /** Gives every lease its grace unconditionally. If that fails, it precedes the next commit. */
  synchronized void giveGrace() {
    graceDue = true;
    adjust();
  }
}
