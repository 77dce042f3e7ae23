package dev.holdfast.server.runtime.engine;

import dev.holdfast.server.ledger.LedgerClock;
import dev.holdfast.server.store.move.LedgerContents;
import dev.holdfast.server.store.move.LedgerTarget;
import java.io.IOException;

/** Where the store is, and with which engine it is opened. */
public sealed interface StoreLocation permits EmbeddedStore, SharedStore {
  /**
   * Opens the engine.
   *
   * @param clock the process's clock
   */
  Engine open(LedgerClock clock) throws IOException;

  /**
   * Opens the stopped ledger that is there, to move it.
   *
   * @throws StartException if there is none, or it is in use
   */
  LedgerContents source();

  /**
   * Begins a ledger there, to which one is moved.
   *
   * @throws StartException if there is one already
   */
  LedgerTarget target();

  /** Returns the exception for a server that cannot start, with a reason for the operator. */
  StartException failure(Exception failure);
}
