package dev.holdfast.client;

/**
 * The slot has no reservation to act upon: it never had one, it is no longer remembered, or the
 * named one was released.
 */
public final class ReservationNotFoundException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  ReservationNotFoundException(Facts facts) {
    super(facts);
  }
}
