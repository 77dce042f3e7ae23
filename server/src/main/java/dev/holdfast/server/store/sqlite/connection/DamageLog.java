package dev.holdfast.server.store.sqlite.connection;

import dev.holdfast.server.ledger.engine.StoreException;
import java.util.HashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs damage, each damaged row once, where the work continues without the damaged row. */
public final class DamageLog {
  /** The largest number of log lines; more would add no information. */
  private static final int LARGEST_COUNT = 100;

  private static final Logger LOGGER = LoggerFactory.getLogger(DamageLog.class);

  private final Set<StoreException.Damage> reported = new HashSet<>();

  /** Logs damage; throws an exception that reports no damage. */
  public synchronized void report(StoreException e) {
    StoreException.Damage damage = e.damage();
    if (damage == null) {
      throw e;
    }
    if (reported.size() < LARGEST_COUNT && reported.add(damage)) {
      LOGGER.error(e.getMessage());
    }
  }
}
