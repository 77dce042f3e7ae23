package dev.holdfast.server.ledger;

import dev.holdfast.server.ledger.rules.Outcome;
import dev.holdfast.server.ledger.rules.slots.ExpireLeases;
import dev.holdfast.server.ledger.rules.slots.ExpireLeases.Expired;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Releases reservations whose leases ran out. It finds candidates beside the queue and sends them
 * through it, where the rule looks again: whatever commits first wins.
 *
 * <p>Several of its commands wait in the queue at a time, so that the writer never waits for the
 * sweeper; not more, because what others send is committed behind them.
 */
public final class LeaseSweeper implements Runnable {
  /** How often to look: five times in the second in which an expired lease is to be released. */
  public static final long PERIOD_MILLIS = 200;

  /** What is found at once takes some megabytes, and goes through the young reservations once. */
  static final int LEASES_A_LOOK = 32_768;

  /** So few that a call that comes meanwhile does not wait long. */
  static final int LEASES_A_COMMAND = 1020;

  /** One command while it is committed, and one that waits. */
  private static final int ROOM_UNDER_WAY = 2048;

  /** A repository costs as much as some leases, however few of them it has. */
  private static final int ROOM_OF_A_REPOSITORY = 4;

  private final Ledger ledger;
  private final LedgerListener listener;

  /** A sweeper for this ledger; the watch is told what it released. */
  public LeaseSweeper(Ledger ledger, LedgerListener listener) {
    this.ledger = ledger;
    this.listener = listener;
  }

  /** Looks once, and goes on until nothing is left that has run out. */
  @Override
  public void run() {
    boolean more = true;
    while (more && !ledger.storeFailed()) {
      List<ExpireLeases> found = ledger.reads().expiredLeases(ledger.nowMicros(), LEASES_A_LOOK);
      Released released = new Released();
      found.forEach(released::submit);
      // Until they are committed the next look would find the same ones.
      released.await();
      if (released.count.get() > 0) {
        listener.leasesExpired(released.count.get(), released.bytes.get());
      }
      more =
          released.count.get() > 0
              && found.stream().mapToInt(ExpireLeases::size).sum() == LEASES_A_LOOK;
    }
  }

  /** What one look found, on its way through the queue. */
  private final class Released {
    final AtomicLong count = new AtomicLong();
    final AtomicLong bytes = new AtomicLong();
    private final Semaphore room = new Semaphore(ROOM_UNDER_WAY);

    void submit(ExpireLeases found) {
      List<Expired> all = found.expired();
      for (int from = 0; from < all.size(); from += LEASES_A_COMMAND) {
        List<Expired> some = all.subList(from, Math.min(all.size(), from + LEASES_A_COMMAND));
        int taken = ROOM_OF_A_REPOSITORY + some.size();
        room.acquireUninterruptibly(taken);
        if (ledger.storeFailed()) {
          room.release(taken);
          return;
        }
        var unused =
            ledger
                .submitOwn(new ExpireLeases(found.repositoryId(), some))
                .thenAccept(outcome -> take(outcome, taken));
      }
    }

    private void take(Outcome outcome, int taken) {
      if (outcome instanceof Outcome.SlotsReleaseDone done) {
        count.addAndGet(done.releasedCount());
        bytes.addAndGet(done.releasedBytes());
      }
      room.release(taken);
    }

    void await() {
      room.acquireUninterruptibly(ROOM_UNDER_WAY);
    }
  }
}
