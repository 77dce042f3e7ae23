package dev.holdfast.server.store;

import dev.holdfast.server.ledger.StoreException;

/**
 * Receives a failure after which a process must not go on: what it takes for written may be lost,
 * and the disk will not say so again. The log on the disk has everything that was acknowledged, as
 * long as no connection is closed, since the last to close would take the log for done.
 */
public interface FatalErrors {
  /** Ends the process at once, without closing anything. */
  void halt(StoreException e);
}
