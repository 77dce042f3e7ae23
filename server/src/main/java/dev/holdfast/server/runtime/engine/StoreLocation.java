package dev.holdfast.server.runtime.engine;

import dev.holdfast.server.ledger.LedgerClock;
import java.io.IOException;

/** Where the store is, and with which engine it is opened. */
public sealed interface StoreLocation permits EmbeddedStore, SharedStore {
  /**
   * Opens the engine.
   *
   * @param clock the process's clock
   */
  Engine open(LedgerClock clock) throws IOException;

  /** Returns the exception for a server that cannot start, with a reason for the operator. */
  StartException failure(Exception failure);
}
