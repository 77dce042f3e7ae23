package dev.holdfast.server.runtime.serving;

import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.engine.LedgerReads;
import dev.holdfast.server.ledger.engine.StoreException;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs what a start found in the store, so that the wrong store is noticed. */
final class StartReport {
  private static final Logger LOG = LoggerFactory.getLogger("holdfast");

  private static final int PAGE = 1000;

  private StartReport() {}

  static void log(LedgerReads reads, Duration retention) {
    long repositories = 0;
    long reservations = 0;
    long revision = 0;
    try {
      List<Repository> page = reads.repositories("", PAGE);
      while (!page.isEmpty()) {
        repositories += page.size();
        for (Repository repository : page) {
          reservations += repository.reservationCount();
          revision = Math.max(revision, repository.revision());
        }
        page = reads.repositories(page.get(page.size() - 1).id(), PAGE);
      }
    } catch (StoreException e) {
      // Damaged rows: the server starts nevertheless, and serves everything else.
      LOG.error("cannot read all repositories: {}", e.getMessage());
      return;
    }
    LOG.info(
        "opened the store: {} repositories, {} reservations, highest revision {}; history is kept for"
            + " at least {}",
        repositories,
        reservations,
        revision,
        text(retention));
  }

  /** Returns a duration as the flag takes it, in its largest unit without a remainder. */
  static String text(Duration duration) {
    long millis = duration.toMillis();
    long[] units = {86_400_000, 3_600_000, 60_000, 1000};
    String[] names = {"d", "h", "m", "s"};
    for (int i = 0; i < units.length; i++) {
      if (millis % units[i] == 0) {
        return millis / units[i] + names[i];
      }
    }
    return millis + "ms";
  }
}
