package dev.holdfast.server.store.postgresql;

import dev.holdfast.server.ledger.engine.LedgerStore;
import dev.holdfast.server.store.EventReadsSuite;

/** PostgreSQL reads events as every engine must. */
class PostgresEventReadsTest extends EventReadsSuite {
  @Override
  protected LedgerStore open() {
    return PostgresStore.open(TestDatabase.create().settings());
  }
}
