package dev.holdfast.server.store.sqlite.connection;

import dev.holdfast.server.ledger.StoreException;
import java.util.HashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the log of damage, of each once, where the work goes on without what is damaged. */
public final class DamageLog {
  /** More of them say nothing new. */
  private static final int AT_MOST = 100;

  private static final Logger LOGGER = LoggerFactory.getLogger(DamageLog.class);

  private final Set<StoreException.Damage> told = new HashSet<>();

  /** Tells of damage; throws what is none. */
  public synchronized void tell(StoreException e) {
    StoreException.Damage damage = e.damage();
    if (damage == null) {
      throw e;
    }
    if (told.size() < AT_MOST && told.add(damage)) {
      LOGGER.error(e.getMessage());
    }
  }
}
