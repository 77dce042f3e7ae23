package dev.holdfast.server.store;

import dev.holdfast.server.ledger.engine.StoreException;

/**
 * Receives a failure after which the process must stop: data that it considers written may be lost,
 * and the disk will not report that again. The WAL on the disk contains every acknowledged change
 * as long as no connection is closed, because the last connection to close would checkpoint and
 * delete the WAL.
 */
public interface FatalErrors {
  /** Ends the process at once, without closing anything. */
  void halt(StoreException e);
}
