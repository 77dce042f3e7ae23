package dev.holdfast.server.api.convert;

import dev.holdfast.server.ledger.rules.Rejection;

/** Reports that a request is rejected outside of the queue; carries the rejection. */
public final class RejectedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final transient Rejection rejection;

  public RejectedException(Rejection rejection) {
    // No stack trace: the exception reports an error of the client.
    super(rejection.message(), null, false, false);
    this.rejection = rejection;
  }

  Rejection rejection() {
    return rejection;
  }
}
