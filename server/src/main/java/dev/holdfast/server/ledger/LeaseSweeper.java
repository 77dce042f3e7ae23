package dev.holdfast.server.ledger;

import dev.holdfast.server.ledger.rules.ExpireLeases;
import dev.holdfast.server.ledger.rules.Outcome;
import java.util.List;

/**
 * Releases what its lease ran out for. It finds candidates beside the queue and sends them through
 * it, where the rule looks again: whatever commits first wins.
 */
public final class LeaseSweeper implements Runnable {
  /** How often to look: five times in the second in which an expired lease is to be released. */
  public static final long PERIOD_MILLIS = 200;

  private static final int LEASES_AT_ONCE = 1000;

  private final Ledger ledger;
  private final Ledger.Watch watch;

  /** A sweeper for this ledger; the watch is told what it released. */
  public LeaseSweeper(Ledger ledger, Ledger.Watch watch) {
    this.ledger = ledger;
    this.watch = watch;
  }

  /** Looks once, and goes on until nothing is left that has run out. */
  @Override
  public void run() {
    int found;
    do {
      List<ExpireLeases> commands =
          ledger.reads().expiredLeases(ledger.nowMicros(), LEASES_AT_ONCE);
      found = commands.stream().mapToInt(ExpireLeases::size).sum();
      // Waits until they are committed, or the next look would find the same ones.
      commands.stream().map(ledger::submitOwn).toList().forEach(done -> tell(done.join()));
    } while (found == LEASES_AT_ONCE && !ledger.storeFailed());
  }

  private void tell(Outcome outcome) {
    if (outcome instanceof Outcome.SlotsReleaseDone done && done.releasedCount() > 0) {
      watch.leasesExpired(done.releasedCount(), done.releasedBytes());
    }
  }
}
