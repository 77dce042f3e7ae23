package dev.holdfast.server.ledger;

import dev.holdfast.server.ledger.engine.LedgerStore;
import dev.holdfast.server.store.LedgerStoreSuite;

/** The engine that the others are compared with passes too, or the suite asks for too much. */
class MemoryStoreTest extends LedgerStoreSuite {
  private final MemoryStore store = new MemoryStore();

  @Override
  protected LedgerStore open() {
    return store;
  }
}
