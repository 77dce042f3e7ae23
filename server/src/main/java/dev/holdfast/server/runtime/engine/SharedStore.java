package dev.holdfast.server.runtime.engine;

import dev.holdfast.server.ledger.LedgerClock;
import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.store.postgresql.connection.PostgresUrl;
import dev.holdfast.server.store.postgresql.connection.SqlErrors;

/**
 * A store in PostgreSQL that several servers share.
 *
 * @param url the address of the database
 */
public record SharedStore(PostgresUrl url) implements StoreLocation {
  @Override
  public Engine open(LedgerClock clock) {
    try {
      return SharedEngine.open(url);
    } catch (StoreException e) {
      throw SqlErrors.isTemporary(e) ? StartException.of(e) : StartException.ofArguments(e);
    }
  }

  @Override
  public StartException failure(Exception failure) {
    return failure instanceof StartException start ? start : StartException.of(failure);
  }
}
