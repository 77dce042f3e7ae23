package dev.holdfast.server.api.convert;

import dev.holdfast.server.ledger.rules.Rejection;

/** A request is refused before it came to the queue, or beside it; carries why. */
public final class RejectedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final transient Rejection rejection;

  public RejectedException(Rejection rejection) {
    // Thrown for what callers do wrong, so nobody asks where it was thrown.
    super(rejection.message(), null, false, false);
    this.rejection = rejection;
  }

  Rejection rejection() {
    return rejection;
  }
}
