package dev.holdfast.server.runtime;

import dev.holdfast.server.ledger.LedgerListener;
import dev.holdfast.server.ledger.StoreException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the log what goes wrong in the ledger. */
final class LoggingListener implements LedgerListener {
  private static final Logger LOG = LoggerFactory.getLogger("holdfast.ledger");

  /** More damage says nothing new. */
  private static final int DAMAGE_TOLD = 100;

  private final Set<StoreException.Damage> toldDamage = ConcurrentHashMap.newKeySet();

  @Override
  public void storeFailed(StoreException e) {
    LOG.error("the store fails, and changes are refused until it works again", e);
  }

  /** Once each: whoever needs it may ask again and again. */
  @Override
  public void damaged(StoreException e) {
    if (toldDamage.size() < DAMAGE_TOLD && toldDamage.add(e.damage())) {
      LOG.error(e.getMessage());
    }
  }

  @Override
  public void storeRecovered() {
    LOG.info("the store works again");
  }

  @Override
  public void leasesExpired(long releasedCount, long releasedBytes) {
    LOG.info(
        "released {} reservations of {} bytes: their leases ran out", releasedCount, releasedBytes);
  }

  @Override
  public void clockSet(long fromMicros, long toMicros) {
    LOG.warn(
        "the clock was set from {} to {}; leases have as much left as before",
        Instant.EPOCH.plus(fromMicros, ChronoUnit.MICROS),
        Instant.EPOCH.plus(toMicros, ChronoUnit.MICROS));
  }

  @Override
  public void failed(RuntimeException e) {
    if (e instanceof StoreException failed && failed.damage() != null) {
      damaged(failed);
    } else {
      LOG.error("something failed that should not", e);
    }
  }
}
