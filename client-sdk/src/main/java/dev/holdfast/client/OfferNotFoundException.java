package dev.holdfast.client;

/** The repository has no offer of this id. */
public final class OfferNotFoundException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  OfferNotFoundException(Facts facts) {
    super(facts);
  }
}
