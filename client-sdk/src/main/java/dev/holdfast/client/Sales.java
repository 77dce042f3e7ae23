package dev.holdfast.client;

import dev.holdfast.client.errors.ErrorReason;
import dev.holdfast.client.errors.HoldfastException;
import dev.holdfast.client.errors.OfferNotFoundException;
import dev.holdfast.client.errors.OutcomeUnknownException;
import dev.holdfast.client.errors.RepositoryNotFoundException;
import dev.holdfast.client.errors.ReservationReleasedException;
import dev.holdfast.client.errors.UnavailableException;
import dev.holdfast.client.model.Offer;
import dev.holdfast.client.model.Page;
import dev.holdfast.client.requests.ListOffers;
import dev.holdfast.client.requests.SellSlot;
import dev.holdfast.client.results.SaleResult;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Sales: the terms on which a node sells space, and the sale of a slot on these terms. {@link
 * HoldfastClient#saleOf} runs a complete sale, with the steps of a node around {@link #sellSlot}.
 *
 * <p>Every method can throw {@link RepositoryNotFoundException} and {@link UnavailableException}, a
 * change {@link OutcomeUnknownException}, and either a plain {@link HoldfastException} of {@link
 * ErrorReason#INVALID_ARGUMENT}, {@link ErrorReason#UNAUTHENTICATED} or {@link
 * ErrorReason#PERMISSION_DENIED}. Methods that end in {@code Async} return or fail through the
 * future; cancelling the future cancels the call.
 */
public interface Sales {
  /**
   * Returns the same calls with another deadline than the client's.
   *
   * @param deadline the longest time of a call with all its retries, more than 0
   * @return a view of the same client
   */
  Sales withDeadline(Duration deadline);

  /**
   * Makes an offer in the repository {@code default}, or replaces all of the offer with its id
   * except {@code soldBytes}. Slots that were sold under it stay sold. It is safe to send again. A
   * repository has at most 10,000 offers.
   *
   * @param offer the offer
   * @return the offer as it is stored
   */
  default Offer putOffer(Offer offer) {
    return putOffer("", offer);
  }

  /**
   * Does what {@link #putOffer(Offer)} does, without waiting.
   *
   * @param offer the offer
   * @return the offer as it is stored
   */
  default CompletableFuture<Offer> putOfferAsync(Offer offer) {
    return putOfferAsync("", offer);
  }

  /**
   * Does what {@link #putOffer(Offer)} does, in any repository.
   *
   * @param repositoryId the repository; empty means {@code default}
   * @param offer the offer
   * @return the offer as it is stored
   */
  Offer putOffer(String repositoryId, Offer offer);

  /**
   * Does what {@link #putOffer(String, Offer)} does, without waiting.
   *
   * @param repositoryId the repository; empty means {@code default}
   * @param offer the offer
   * @return the offer as it is stored
   */
  CompletableFuture<Offer> putOfferAsync(String repositoryId, Offer offer);

  /**
   * Returns one offer of the repository {@code default}.
   *
   * @param offerId the id of the offer
   * @return the offer as of the last commit
   * @throws OfferNotFoundException if there is none with this id
   */
  default Offer getOffer(String offerId) {
    return getOffer("", offerId);
  }

  /**
   * Does what {@link #getOffer(String)} does, without waiting.
   *
   * @param offerId the id of the offer
   * @return the offer as of the last commit
   */
  default CompletableFuture<Offer> getOfferAsync(String offerId) {
    return getOfferAsync("", offerId);
  }

  /**
   * Returns one offer.
   *
   * @param repositoryId the repository; empty means {@code default}
   * @param offerId the id of the offer
   * @return the offer as of the last commit
   * @throws OfferNotFoundException if there is none with this id
   */
  Offer getOffer(String repositoryId, String offerId);

  /**
   * Does what {@link #getOffer(String, String)} does, without waiting.
   *
   * @param repositoryId the repository; empty means {@code default}
   * @param offerId the id of the offer
   * @return the offer as of the last commit
   */
  CompletableFuture<Offer> getOfferAsync(String repositoryId, String offerId);

  /**
   * Deletes an offer of the repository {@code default}. Slots that were sold under it stay sold,
   * and keep their offer id. It is sent once, without retries.
   *
   * @param offerId the id of the offer
   * @throws OfferNotFoundException if there is none with this id
   */
  default void deleteOffer(String offerId) {
    deleteOffer("", offerId);
  }

  /**
   * Does what {@link #deleteOffer(String)} does, without waiting.
   *
   * @param offerId the id of the offer
   * @return {@code null} when it is deleted
   */
  default CompletableFuture<@Nullable Void> deleteOfferAsync(String offerId) {
    return deleteOfferAsync("", offerId);
  }

  /**
   * Does what {@link #deleteOffer(String)} does, in any repository.
   *
   * @param repositoryId the repository; empty means {@code default}
   * @param offerId the id of the offer
   * @throws OfferNotFoundException if there is none with this id
   */
  void deleteOffer(String repositoryId, String offerId);

  /**
   * Does what {@link #deleteOffer(String, String)} does, without waiting.
   *
   * @param repositoryId the repository; empty means {@code default}
   * @param offerId the id of the offer
   * @return {@code null} when it is deleted
   */
  CompletableFuture<@Nullable Void> deleteOfferAsync(String repositoryId, String offerId);

  /**
   * Returns a page of offers, by offer id (in ASCII order).
   *
   * @param query the query
   * @return the page, of one moment
   */
  Page<Offer> listOffers(ListOffers query);

  /**
   * Does what {@link #listOffers} does, without waiting.
   *
   * @param query the query
   * @return the page, of one moment
   */
  CompletableFuture<Page<Offer>> listOffersAsync(ListOffers query);

  /**
   * Returns all offers from the query's page on, page by page: the stream makes a call when it has
   * used up a page, and throws the error of that call.
   *
   * @param query the query
   * @return the offers; each page is of its own moment
   */
  Stream<Offer> listAllOffers(ListOffers query);

  /**
   * Sells a slot of a storage request: decides whether to sell, selects offer and slot, and
   * reserves, in one transaction. The offer is the matching one with the highest minimum price; the
   * slot is drawn at random from those that are neither excluded nor reserved in this repository.
   *
   * @param change the sale
   * @return the reservation, which the caller now holds, or why nothing was sold
   * @throws ReservationReleasedException if an earlier call made the sale, and it was released
   *     since
   */
  SaleResult sellSlot(SellSlot change);

  /**
   * Does what {@link #sellSlot} does, without waiting. Cancelling the future does not undo the
   * sale: it may still be made, so set a lease or send it again.
   *
   * @param change the sale
   * @return the reservation, which the caller now holds, or why nothing was sold
   */
  CompletableFuture<SaleResult> sellSlotAsync(SellSlot change);

  /**
   * Returns what {@link #sellSlot} would return, and changes nothing. The sale itself may choose
   * another slot. The operation id is ignored.
   *
   * @param change the sale
   * @return the reservation that would be made, with generation 0, or why nothing would be sold
   */
  SaleResult validateSellSlot(SellSlot change);

  /**
   * Does what {@link #validateSellSlot} does, without waiting.
   *
   * @param change the sale
   * @return the reservation that would be made, with generation 0, or why nothing would be sold
   */
  CompletableFuture<SaleResult> validateSellSlotAsync(SellSlot change);
}
