package dev.holdfast.server.ledger;

import dev.holdfast.server.ledger.engine.Maintenance;
import dev.holdfast.server.ledger.rules.Outcome;
import dev.holdfast.server.ledger.rules.slots.ExpireLeases;
import dev.holdfast.server.ledger.rules.slots.ExpireLeases.Expired;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Releases reservations with expired leases. It reads candidates outside of the queue and queues
 * commands for them; the rule checks each lease again, so a renewal that commits first wins.
 *
 * <p>Several of its commands wait in the queue at a time, so that the writer never waits for the
 * sweeper. Their number is limited, because commands of clients are committed after them.
 *
 * <p>Of several servers on one store, one sweeps.
 */
public final class LeaseSweeper implements Runnable {
  /** Period of the passes: five in the second within which an expired lease must be released. */
  public static final long PERIOD_MILLIS = 200;

  /**
   * Maximum number of leases of a pass. They take some megabytes, and finding them scans the recent
   * reservations once.
   */
  static final int LEASES_PER_PASS = 32_768;

  /** Few enough to delay other calls only briefly. */
  static final int LEASES_PER_COMMAND = 1020;

  /** Enough for one command that is being committed and one that waits. */
  private static final int MAX_IN_FLIGHT = 2048;

  /** The fixed cost of a command, in leases. */
  private static final int COMMAND_COST = 4;

  private final Ledger ledger;
  private final LedgerListener listener;

  /** Makes a sweeper that reports released reservations to the listener. */
  public LeaseSweeper(Ledger ledger, LedgerListener listener) {
    this.ledger = ledger;
    this.listener = listener;
  }

  /** Makes passes until no expired lease is left. */
  @Override
  public void run() {
    boolean more = true;
    while (more && !ledger.storeFailed() && ledger.acquire(Maintenance.Duty.SWEEP_LEASES)) {
      List<ExpireLeases> found = ledger.reads().expiredLeases(ledger.nowMicros(), LEASES_PER_PASS);
      Pass pass = new Pass();
      found.forEach(pass::submit);
      // Before these are committed, the next pass would find the same leases.
      pass.await();
      if (pass.count.get() > 0) {
        listener.leasesExpired(pass.count.get(), pass.bytes.get());
      }
      more =
          pass.count.get() > 0
              && found.stream().mapToInt(ExpireLeases::size).sum() == LEASES_PER_PASS;
    }
  }

  /** The releases of one pass. */
  private final class Pass {
    final AtomicLong count = new AtomicLong();
    final AtomicLong bytes = new AtomicLong();
    private final Semaphore budget = new Semaphore(MAX_IN_FLIGHT);

    void submit(ExpireLeases found) {
      List<Expired> all = found.expired();
      for (int from = 0; from < all.size(); from += LEASES_PER_COMMAND) {
        List<Expired> chunk = all.subList(from, Math.min(all.size(), from + LEASES_PER_COMMAND));
        int cost = COMMAND_COST + chunk.size();
        budget.acquireUninterruptibly(cost);
        if (ledger.storeFailed()) {
          budget.release(cost);
          return;
        }
        var unused =
            ledger
                .submitOwn(new ExpireLeases(found.repositoryId(), chunk))
                .thenAccept(outcome -> complete(outcome, cost));
      }
    }

    private void complete(Outcome outcome, int cost) {
      if (outcome instanceof Outcome.SlotsReleaseDone done) {
        count.addAndGet(done.releasedCount());
        bytes.addAndGet(done.releasedBytes());
      }
      budget.release(cost);
    }

    void await() {
      budget.acquireUninterruptibly(MAX_IN_FLIGHT);
    }
  }
}
