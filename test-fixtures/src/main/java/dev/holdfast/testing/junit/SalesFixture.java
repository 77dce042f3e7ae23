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
 * A test's own repository that sells, with a method for each call about sales. A call that is
 * refused throws {@link io.grpc.StatusRuntimeException}.
 *
 * @param repository the repository
 */
public record SalesFixture(RepositoryFixture repository) {
  /** How long the storage is wanted that {@link #selling} asks for. */
  public static final Duration HOUR = Duration.newBuilder().setSeconds(3600).build();

  /**
   * Makes a repository that no other test knows.
   *
   * @param server the server
   * @param capacityBytes how much may be reserved in it
   * @return the new repository, which has no offers
   */
  public static SalesFixture of(LiveServer server, long capacityBytes) {
    return new SalesFixture(RepositoryFixture.of(server, capacityBytes));
  }

  /**
   * Returns an offer without limits but for a price of 10.
   *
   * @param id the offer
   * @return the offer, to be changed by the test
   */
  public static Offer.Builder offer(String id) {
    return Offer.newBuilder().setOfferId(id).setMinPricePerBytePerSecond("10");
  }

  /**
   * Returns a request to put an offer.
   *
   * @param repositoryId the repository
   * @param offer the offer
   * @return the request
   */
  public static PutOfferRequest putting(String repositoryId, Offer.Builder offer) {
    return PutOfferRequest.newBuilder().setRepositoryId(repositoryId).setOffer(offer).build();
  }

  /**
   * Returns a request for one of 100 slots for an hour that pays 10.
   *
   * @param repositoryId the repository
   * @param requestId the storage request
   * @param slotSizeBytes the size of each slot
   * @param operationId the operation; empty for none
   * @return the request, to be changed by the test
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
   * Puts an offer.
   *
   * @param offer the offer
   * @return the offer as the server keeps it
   */
  public Offer put(Offer.Builder offer) {
    return repository.server().sales().putOffer(putting(id(), offer)).getOffer();
  }

  /**
   * Looks at an offer.
   *
   * @param offerId the offer
   * @return the offer as the server keeps it
   */
  public Offer get(String offerId) {
    GetOfferRequest request =
        GetOfferRequest.newBuilder().setRepositoryId(id()).setOfferId(offerId).build();
    return repository.server().sales().getOffer(request).getOffer();
  }

  /**
   * Deletes an offer.
   *
   * @param offerId the offer
   */
  public void delete(String offerId) {
    DeleteOfferRequest request =
        DeleteOfferRequest.newBuilder().setRepositoryId(id()).setOfferId(offerId).build();
    var unused = repository.server().sales().deleteOffer(request);
  }

  /**
   * Returns a request for one of 100 slots of this repository for an hour that pays 10.
   *
   * @param requestId the storage request
   * @param slotSizeBytes the size of each slot
   * @param operationId the operation; empty for none
   * @return the request, to be changed by the test
   */
  public SellSlotRequest.Builder selling(String requestId, long slotSizeBytes, String operationId) {
    return selling(id(), requestId, slotSizeBytes, operationId);
  }

  /**
   * Sells a slot, or is told why not.
   *
   * @param request what {@link #selling} made
   * @return the answer
   */
  public SellSlotResponse sell(SellSlotRequest.Builder request) {
    return repository.server().sales().sellSlot(request.build());
  }

  /**
   * Sells a slot that is known to be sold.
   *
   * @param requestId the storage request
   * @param slotSizeBytes the size of each slot
   * @param operationId the operation; empty for none
   * @return the reservation; the default instance where it was declined
   */
  public Reservation sold(String requestId, long slotSizeBytes, String operationId) {
    return sell(selling(requestId, slotSizeBytes, operationId)).getReservation();
  }

  /**
   * Returns why nothing is sold.
   *
   * @param request what {@link #selling} made
   * @return for each decline the offer and the name of the reason, {@code OFFER REASON}, or the
   *     reason alone where it is of no offer; empty where it was sold
   */
  public List<String> declines(SellSlotRequest.Builder request) {
    return sell(request).getDeclinesList().stream().map(SalesFixture::words).toList();
  }

  private static String words(Decline decline) {
    String reason = decline.getReason().name().substring("DECLINE_REASON_".length());
    return decline.getOfferId().isEmpty() ? reason : decline.getOfferId() + " " + reason;
  }
}
