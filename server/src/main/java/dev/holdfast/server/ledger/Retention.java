package dev.holdfast.server.ledger;

import dev.holdfast.server.ledger.engine.Maintenance;
import dev.holdfast.server.ledger.engine.Maintenance.ServedNote;
import dev.holdfast.server.ledger.engine.StoreException;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * Purges histories, events and operation ids after the retention time, and reclaims some of their
 * disk space.
 *
 * <p>Age is measured in time in which a server was running, over all its starts, and not by a clock
 * that can be set. So data is kept for at least the retention time, plus the time in which no
 * server ran. Of several servers on one store, one purges and notes its running time.
 */
public final class Retention implements Runnable {
  /** Small enough to delay callers only briefly. */
  private static final int CHANGES_PER_TRANSACTION = 1000;

  /** Few enough to cost little, because reclaiming is not urgent; within an hour they add up. */
  private static final int RECLAIMS_PER_PASS = 32;

  /**
   * Number of notes of the running time that cover the retention time. Data may be purged late by
   * up to one part.
   */
  private static final int NOTE_COUNT = 100;

  private final Ledger ledger;
  private final Duration retention;

  /**
   * When this server started or last lacked the duty, in nanoseconds of the ledger's steady clock.
   */
  private long startNanos;

  /** The running time before that; null until it was read. */
  private @Nullable Long earlierMicros;

  public Retention(Ledger ledger, Duration retention) {
    this.ledger = ledger;
    this.retention = retention;
    this.startNanos = ledger.steadyNanos();
  }

  /** Returns the period of the passes: a hundredth of the retention time, at most one minute. */
  public Duration period() {
    Duration hundredth = retention.dividedBy(NOTE_COUNT).plusMillis(1);
    Duration minute = Duration.ofMinutes(1);
    return hundredth.compareTo(minute) < 0 ? hundredth : minute;
  }

  /** Purges, one transaction at a time, until nothing is old enough. */
  @Override
  public void run() {
    if (!ledger.acquire(Maintenance.Duty.PURGE)) {
      earlierMicros = null;
      startNanos = ledger.steadyNanos();
      return;
    }
    long servedMicros = servedMicros();
    long keptMicros = retention.toMillis() * 1000;
    try {
      purge(servedMicros, keptMicros);
    } catch (CompletionException e) {
      // The ledger reports failures of the engine once; the next pass retries.
      if (!(e.getCause() instanceof StoreException)) {
        throw e;
      }
    }
  }

  private void purge(long servedMicros, long keptMicros) {
    int purged;
    do {
      purged =
          ledger
              .submitMaintenance(
                  maintenance ->
                      maintenance.purge(
                          new ServedNote(servedMicros, keptMicros / NOTE_COUNT),
                          servedMicros - keptMicros,
                          CHANGES_PER_TRANSACTION))
              .join();
    } while (purged > 0);
    reclaimSpace();
  }

  private long servedMicros() {
    Long earlier = earlierMicros;
    if (earlier == null) {
      earlier = ledger.reads().servedMicros();
      earlierMicros = earlier;
    }
    return earlier + (ledger.steadyNanos() - startNanos) / 1000;
  }

  private void reclaimSpace() {
    for (int i = 0; i < RECLAIMS_PER_PASS; i++) {
      if (ledger.submitMaintenance(Maintenance::reclaimSpace).join() == 0) {
        return;
      }
    }
  }
}
