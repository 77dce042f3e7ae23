package dev.holdfast.server.store.postgresql;

import dev.holdfast.server.ledger.engine.LedgerStore;
import dev.holdfast.server.store.LedgerStoreSuite;

/** PostgreSQL passes what every engine must pass. */
class PostgresStoreTest extends LedgerStoreSuite {
  private final TimedDatabase database = new TimedDatabase();

  @Override
  protected LedgerStore open() {
    return database.open();
  }
}
