package dev.holdfast.server.ledger;

import dev.holdfast.server.store.EventReadsSuite;

/** What the others are compared with passes too. */
class MemoryEventReadsTest extends EventReadsSuite {
  @Override
  protected LedgerStore open() {
    return new MemoryStore();
  }
}
