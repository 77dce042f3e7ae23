package dev.holdfast.server.ledger;

import dev.holdfast.server.ledger.engine.LedgerStore;
import dev.holdfast.server.store.EventReadsSuite;

/** Runs the suite on the memory store, which the other engines are compared with. */
class MemoryEventReadsTest extends EventReadsSuite {
  @Override
  protected LedgerStore open() {
    return new MemoryStore();
  }
}
