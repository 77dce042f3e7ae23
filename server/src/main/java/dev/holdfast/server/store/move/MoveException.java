package dev.holdfast.server.store.move;

/** Reports that a ledger cannot be moved; the message is the reason, written for the operator. */
public final class MoveException extends IllegalStateException {
  private static final long serialVersionUID = 1;

  public MoveException(String message) {
    super(message);
  }

  public MoveException(String message, Throwable cause) {
    super(message, cause);
  }
}
