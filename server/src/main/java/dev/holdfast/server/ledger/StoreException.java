package dev.holdfast.server.ledger;

import org.jspecify.annotations.Nullable;

/** The engine failed: the disk is full or broken, the database cannot be reached. */
public final class StoreException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final boolean outcomeUnknown;

  private StoreException(String message, @Nullable Throwable cause, boolean outcomeUnknown) {
    super(message, cause);
    this.outcomeUnknown = outcomeUnknown;
  }

  /** Nothing was changed. */
  public static StoreException notApplied(String what, Throwable cause) {
    return new StoreException(what + ": " + cause.getMessage(), cause, false);
  }

  /** Nothing was even tried. */
  public static StoreException refused(String why) {
    return new StoreException(why, null, false);
  }

  /** The commit itself failed: it may have reached the disk or not. */
  public static StoreException unknown(String what, Throwable cause) {
    return new StoreException(what + ": " + cause.getMessage(), cause, true);
  }

  /** Whether the transaction may have become durable all the same. */
  public boolean outcomeUnknown() {
    return outcomeUnknown;
  }
}
