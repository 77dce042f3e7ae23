package dev.holdfast.server.ledger;

import java.time.Duration;

/**
 * Forgets histories, events and operation ids that were kept for long enough, and gives back some
 * of the room that they took.
 */
public final class Retention implements Runnable {
  /** Small enough that callers hardly wait for it. */
  private static final int CHANGES_AT_ONCE = 1000;

  /** Few enough that nobody notices, as it is not urgent; in an hour they come to much. */
  private static final int GIVEN_BACK_A_LOOK = 32;

  private final Ledger ledger;
  private final Duration kept;

  /** Forgets what is older than this. */
  public Retention(Ledger ledger, Duration kept) {
    this.ledger = ledger;
    this.kept = kept;
  }

  /** How often to look: a hundredth of what is kept, and at least once a minute. */
  public Duration period() {
    Duration hundredth = kept.dividedBy(100).plusMillis(1);
    Duration minute = Duration.ofMinutes(1);
    return hundredth.compareTo(minute) < 0 ? hundredth : minute;
  }

  /** Looks once, and goes on, a transaction at a time, until nothing is left that is old enough. */
  @Override
  public void run() {
    long beforeMicros = ledger.nowMicros() - kept.toMillis() * 1000;
    int forgotten;
    do {
      forgotten =
          ledger
              .submitChore(transaction -> transaction.forget(beforeMicros, CHANGES_AT_ONCE))
              .join();
    } while (forgotten > 0);
    giveBack();
  }

  private void giveBack() {
    for (int i = 0; i < GIVEN_BACK_A_LOOK; i++) {
      if (ledger.submitChore(LedgerStore.Transaction::giveBack).join() == 0) {
        return;
      }
    }
  }
}
