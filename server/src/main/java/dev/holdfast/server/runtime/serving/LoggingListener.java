package dev.holdfast.server.runtime.serving;

import dev.holdfast.server.ledger.LedgerListener;
import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.runtime.network.LineLimit;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs failures and recoveries of the ledger. */
final class LoggingListener implements LedgerListener {
  private static final Logger LOG = LoggerFactory.getLogger("holdfast.ledger");

  /** Further damage reports are not logged, because they carry no new information. */
  private static final int MAX_DAMAGE_LINES = 100;

  private final LineLimit futureLines = new LineLimit();
  private final Set<StoreException.Damage> loggedDamage = ConcurrentHashMap.newKeySet();

  @Override
  public void storeFailed(StoreException e) {
    LOG.error("store unavailable; rejecting writes until it recovers", e);
  }

  /** Logs each damage once, because callers may read the same damaged data many times. */
  @Override
  public void damaged(StoreException e) {
    if (loggedDamage.size() < MAX_DAMAGE_LINES && loggedDamage.add(e.damage())) {
      LOG.error(e.getMessage());
    }
  }

  @Override
  public void storeRecovered() {
    LOG.info("store available again; accepting writes");
  }

  @Override
  public void leasesExpired(long releasedCount, long releasedBytes) {
    LOG.info(
        "released {} reservations of {} bytes with expired leases", releasedCount, releasedBytes);
  }

  @Override
  public void clockSet(long fromMicros, long toMicros) {
    LOG.warn(
        "system clock was set from {} to {}; the remaining time of all leases is unchanged",
        Instant.EPOCH.plus(fromMicros, ChronoUnit.MICROS),
        Instant.EPOCH.plus(toMicros, ChronoUnit.MICROS));
  }

  @Override
  public void namedFuture(String repositoryId, long named, long revision) {
    long suppressed = futureLines.admit();
    if (suppressed >= 0) {
      LOG.warn(
          "a client named revision or generation {} of repository {}, which is at {}; if the client"
              + " received it from this ledger, this store is older than what clients have seen, and"
              + " was copied back: stop the server, and use 'holdfast restore'{}",
          named,
          repositoryId,
          revision,
          suppressed == 0 ? "" : " (" + suppressed + " more since the last such line)");
    }
  }

  @Override
  public void failed(RuntimeException e) {
    if (e instanceof StoreException failed && failed.damage() != null) {
      damaged(failed);
    } else {
      LOG.error("unexpected failure", e);
    }
  }
}
