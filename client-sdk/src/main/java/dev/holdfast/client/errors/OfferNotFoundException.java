package dev.holdfast.client.errors;

import java.util.Map;

/** The repository has no offer with this id. */
public final class OfferNotFoundException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception from the facts that a server sent.
   *
   * @param facts the facts
   */
  public OfferNotFoundException(Facts facts) {
    super(facts);
  }

  /**
   * Makes an exception for a test of code that handles it.
   *
   * @param repositoryId the repository
   * @param offerId the offer that it does not have
   * @return the exception, not thrown
   */
  public static OfferNotFoundException of(String repositoryId, String offerId) {
    return new OfferNotFoundException(
        Facts.of(
            ErrorReason.OFFER_NOT_FOUND,
            Map.of("repository_id", repositoryId, "offer_id", offerId)));
  }
}
