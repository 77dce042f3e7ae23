package dev.holdfast.server.runtime.engine;

import dev.holdfast.server.ledger.LedgerClock;
import dev.holdfast.server.store.postgresql.PostgresStore;
import dev.holdfast.server.store.postgresql.connection.PostgresUrl;

/**
 * A store in PostgreSQL that several servers share.
 *
 * @param url the address of the database
 */
public record SharedStore(PostgresUrl url) implements StoreLocation {
  @Override
  public Engine open(LedgerClock clock) {
    return SharedEngine.open(url);
  }

  @Override
  public StartException failure(Exception failure) {
    boolean misconfigured = PostgresStore.isMisconfigured(failure);
    return StartException.of(failure, misconfigured);
  }
}
