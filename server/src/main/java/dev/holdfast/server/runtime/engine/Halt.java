package dev.holdfast.server.runtime.engine;

import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.store.FatalErrors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends the process when the disk may have lost written data. */
final class Halt implements FatalErrors {
  /** A distinct exit code, so that a supervisor can tell this end from others. It is EX_IOERR. */
  static final int EXIT_CODE = 74;

  private static final Logger LOG = LoggerFactory.getLogger("holdfast");

  @Override
  public void halt(StoreException e) {
    LOG.error(
        "{}. The disk may have lost written data; the server ends at once without closing its"
            + " store. Check the disk, then start the server again: it recovers from its WAL, which"
            + " has every acknowledged change",
        e.getMessage());
    Runtime.getRuntime().halt(EXIT_CODE);
  }
}
