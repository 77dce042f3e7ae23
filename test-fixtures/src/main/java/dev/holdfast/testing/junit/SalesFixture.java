package dev.holdfast.testing.junit;

import com.google.protobuf.Duration;
import dev.holdfast.v1.Decline;
import dev.holdfast.v1.DeleteOfferRequest;
import dev.holdfast.v1.GetOfferRequest;
import dev.holdfast.v1.Offer;
import dev.holdfast.v1.PutOfferRequest;
import dev.holdfast.v1.Reservation;
import dev.holdfast.v1.SellSlotRequest;
import dev.holdfast.v1.SellSlotResponse;
import dev.holdfast.v1.StorageRequest;
import java.util.List;

/**
 * Provides a repository with sales for one test, with a method for each call of the sales service.
 * A call that the server rejects throws {@link io.grpc.StatusRuntimeException}.
 *
 * @param repository the repository
 */
public record SalesFixture(RepositoryFixture repository) {
  /** The storage duration in requests of {@link #selling}. */
  public static final Duration HOUR = Duration.newBuilder().setSeconds(3600).build();

  /**
   * Creates a repository with an id that no other test of the class uses.
   *
   * @param server the server
   * @param capacityBytes the capacity in bytes
   * @return a fixture for the new repository, which has no offers
   */
  public static SalesFixture of(LiveServer server, long capacityBytes) {
    return new SalesFixture(RepositoryFixture.of(server, capacityBytes));
  }

  /**
   * Returns an offer whose only limit is a minimum price of 10.
   *
   * @param id the id of the offer
   * @return the offer, which the test can change
   */
  public static Offer.Builder offer(String id) {
    return Offer.newBuilder().setOfferId(id).setMinPricePerBytePerSecond("10");
  }

  /**
   * Returns a request to store an offer.
   *
   * @param repositoryId the repository
   * @param offer the offer
   * @return the request
   */
  public static PutOfferRequest putting(String repositoryId, Offer.Builder offer) {
    return PutOfferRequest.newBuilder().setRepositoryId(repositoryId).setOffer(offer).build();
  }

  /**
   * Returns a request for one of 100 slots for one hour at a price of 10.
   *
   * @param repositoryId the repository
   * @param requestId the storage request
   * @param slotSizeBytes the size of each slot
   * @param operationId the operation id, or an empty string for none
   * @return the request, which the test can change
   */
  public static SellSlotRequest.Builder selling(
      String repositoryId, String requestId, long slotSizeBytes, String operationId) {
    return SellSlotRequest.newBuilder()
        .setRepositoryId(repositoryId)
        .setStorageRequest(
            StorageRequest.newBuilder()
                .setRequestId(requestId)
                .setSlotCount(100)
                .setSlotSizeBytes(slotSizeBytes)
                .setDuration(HOUR)
                .setPricePerBytePerSecond("10"))
        .setOperationId(operationId);
  }

  /**
   * Returns the id of the repository.
   *
   * @return the id
   */
  public String id() {
    return repository.id();
  }

  /**
   * Stores an offer.
   *
   * @param offer the offer
   * @return the stored offer
   */
  public Offer put(Offer.Builder offer) {
    return repository.server().sales().putOffer(putting(id(), offer)).getOffer();
  }

  /**
   * Returns an offer.
   *
   * @param offerId the id of the offer
   * @return the stored offer
   */
  public Offer get(String offerId) {
    GetOfferRequest request =
        GetOfferRequest.newBuilder().setRepositoryId(id()).setOfferId(offerId).build();
    return repository.server().sales().getOffer(request).getOffer();
  }

  /**
   * Deletes an offer.
   *
   * @param offerId the id of the offer
   */
  public void delete(String offerId) {
    DeleteOfferRequest request =
        DeleteOfferRequest.newBuilder().setRepositoryId(id()).setOfferId(offerId).build();
    var unused = repository.server().sales().deleteOffer(request);
  }

  /**
   * Returns a request to this repository for one of 100 slots for one hour at a price of 10.
   *
   * @param requestId the storage request
   * @param slotSizeBytes the size of each slot
   * @param operationId the operation id, or an empty string for none
   * @return the request, which the test can change
   */
  public SellSlotRequest.Builder selling(String requestId, long slotSizeBytes, String operationId) {
    return selling(id(), requestId, slotSizeBytes, operationId);
  }

  /**
   * Requests the sale of a slot.
   *
   * @param request the request, for example from {@link #selling}
   * @return the response, which contains either the sale or the declines
   */
  public SellSlotResponse sell(SellSlotRequest.Builder request) {
    return repository.server().sales().sellSlot(request.build());
  }

  /**
   * Sells a slot, in a test that expects the sale to succeed.
   *
   * @param requestId the storage request
   * @param slotSizeBytes the size of each slot
   * @param operationId the operation id, or an empty string for none
   * @return the reservation, or the default instance if the request was declined
   */
  public Reservation sold(String requestId, long slotSizeBytes, String operationId) {
    return sell(selling(requestId, slotSizeBytes, operationId)).getReservation();
  }

  /**
   * Requests the sale of a slot, and returns the reasons if the request is declined.
   *
   * @param request the request, for example from {@link #selling}
   * @return {@code OFFER REASON} for each decline, or {@code REASON} alone if the decline belongs
   *     to no offer; empty if the slot was sold
   */
  public List<String> declines(SellSlotRequest.Builder request) {
    return sell(request).getDeclinesList().stream().map(SalesFixture::describe).toList();
  }

  private static String describe(Decline decline) {
    String reason = decline.getReason().name().substring("DECLINE_REASON_".length());
    return decline.getOfferId().isEmpty() ? reason : decline.getOfferId() + " " + reason;
  }
}
