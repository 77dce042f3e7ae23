package dev.holdfast.server.store;

import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.engine.LedgerStore;
import dev.holdfast.server.ledger.rules.slots.ReserveSlot;

/** An engine under test, with one repository, which every test makes first. */
interface StoredLedger {
  String REPOSITORY = "default";
  Slot SLOT = new Slot("request", 0);

  /** Returns the engine as it was opened last. */
  LedgerStore store();

  /** Closes the engine, and opens it again on what it has written. */
  void reopen();

  /** Returns a command that reserves a byte for a slot. */
  static ReserveSlot reserve(Slot slot) {
    return new ReserveSlot(REPOSITORY, slot, 1, 0, "op");
  }
}
