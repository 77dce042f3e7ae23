package dev.holdfast.server.runtime;

import dev.holdfast.server.ledger.StoreException;
import dev.holdfast.server.store.FatalErrors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends the process where the disk may have lost what was written. */
final class Halt implements FatalErrors {
  /** Of its own, so that whoever starts the server can tell it from other ends; EX_IOERR. */
  static final int EXIT_CODE = 74;

  private static final Logger LOG = LoggerFactory.getLogger("holdfast");

  @Override
  public void halt(StoreException e) {
    LOG.error(
        "{}. The disk may have lost what was written to it, so the server ends at once, without"
            + " closing its store: look after the disk, then start the server again. It goes on"
            + " from its log, which has everything that was acknowledged",
        e.getMessage());
    Runtime.getRuntime().halt(EXIT_CODE);
  }
}
