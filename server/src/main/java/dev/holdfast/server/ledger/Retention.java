package dev.holdfast.server.ledger;

import java.time.Duration;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * Forgets histories, events and operation ids that were kept for long enough, and gives back some
 * of the room that they took.
 *
 * <p>Time counts in which a server served, over all its starts, and no clock that can be set: so
 * what is kept is kept for at least so long, and longer by the time in which none served.
 */
public final class Retention implements Runnable {
  /** Small enough that callers hardly wait for it. */
  private static final int CHANGES_AT_ONCE = 1000;

  /** Few enough that nobody notices, as it is not urgent; in an hour they come to much. */
  private static final int GIVEN_BACK_A_LOOK = 32;

  /** So many notes are kept: what is forgotten may be older by such a part of what is kept. */
  private static final int NOTES = 100;

  private final Ledger ledger;
  private final Duration kept;
  private final long startNanos;

  /** For how long others served before this one; null until it was asked for. */
  private @Nullable Long earlierMicros;

  /** Forgets what is older than this. */
  public Retention(Ledger ledger, Duration kept) {
    this.ledger = ledger;
    this.kept = kept;
    this.startNanos = ledger.steadyNanos();
  }

  /** How often to look: a hundredth of what is kept, and at least once a minute. */
  public Duration period() {
    Duration hundredth = kept.dividedBy(NOTES).plusMillis(1);
    Duration minute = Duration.ofMinutes(1);
    return hundredth.compareTo(minute) < 0 ? hundredth : minute;
  }

  /** Looks once, and goes on, a transaction at a time, until nothing is left that is old enough. */
  @Override
  public void run() {
    long servedMicros = servedMicros();
    long keptMicros = kept.toMillis() * 1000;
    try {
      purge(servedMicros, keptMicros);
    } catch (CompletionException e) {
      // Of what fails in the engine the ledger tells, once; the next look tries again.
      if (!(e.getCause() instanceof StoreException)) {
        throw e;
      }
    }
  }

  private void purge(long servedMicros, long keptMicros) {
    int forgotten;
    do {
      forgotten =
          ledger
              .submitMaintenance(
                  transaction -> {
                    transaction.noteServed(servedMicros, keptMicros / NOTES);
                    return transaction.purgeBefore(servedMicros - keptMicros, CHANGES_AT_ONCE);
                  })
              .join();
    } while (forgotten > 0);
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
    for (int i = 0; i < GIVEN_BACK_A_LOOK; i++) {
      if (ledger.submitMaintenance(LedgerStore.Transaction::reclaimSpace).join() == 0) {
        return;
      }
    }
  }
}
