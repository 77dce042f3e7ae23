package dev.holdfast.server.ledger.watch;

import dev.holdfast.server.ledger.engine.LedgerReads;
import dev.holdfast.server.ledger.engine.StoreException;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds what other servers on the same store committed, for the watchers of this server. It reads
 * only revisions, and only of watched repositories. A notification by the database would be sooner,
 * but it serializes commits in PostgreSQL and gets lost behind connection pools.
 */
public final class ChangePoller implements Runnable {
  /** Period of the passes: how much later a watcher may get the events of another server. */
  public static final long PERIOD_MILLIS = 100;

  /** Maximum number of repositories of one read. */
  private static final int REPOSITORIES_PER_READ = 1000;

  private final LedgerReads reads;
  private final WatchRegistry<?> registry;

  public ChangePoller(LedgerReads reads, WatchRegistry<?> registry) {
    this.reads = reads;
    this.registry = registry;
  }

  @Override
  public void run() {
    try {
      poll();
    } catch (StoreException e) {
      // The ledger reports that the engine fails; the next pass finds what this one missed.
    }
  }

  private void poll() {
    List<String> ids = new ArrayList<>(registry.watchedIds());
    for (int from = 0; from < ids.size(); from += REPOSITORIES_PER_READ) {
      List<String> some = ids.subList(from, Math.min(ids.size(), from + REPOSITORIES_PER_READ));
      reads.revisions(some).forEach(registry::reached);
    }
  }
}
