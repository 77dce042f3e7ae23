package dev.holdfast.it;

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

/** A test's own repository that sells, with the words of its requests made short. */
record Shop(Ledger ledger) {
  static final Duration HOUR = Duration.newBuilder().setSeconds(3600).build();

  static Shop of(LiveServer server, long capacityBytes) {
    return new Shop(Ledger.of(server, capacityBytes));
  }

  /** An offer without limits but for a price of 10. */
  static Offer.Builder offer(String id) {
    return Offer.newBuilder().setOfferId(id).setMinPricePerBytePerSecond("10");
  }

  static PutOfferRequest putting(String repositoryId, Offer.Builder offer) {
    return PutOfferRequest.newBuilder().setRepositoryId(repositoryId).setOffer(offer).build();
  }

  /** Asks for one of 100 slots for an hour, and pays 10. */
  static SellSlotRequest.Builder selling(
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

  String id() {
    return ledger.id();
  }

  Offer put(Offer.Builder offer) {
    return ledger.server().sales().putOffer(putting(id(), offer)).getOffer();
  }

  Offer get(String offerId) {
    GetOfferRequest request =
        GetOfferRequest.newBuilder().setRepositoryId(id()).setOfferId(offerId).build();
    return ledger.server().sales().getOffer(request).getOffer();
  }

  void delete(String offerId) {
    DeleteOfferRequest request =
        DeleteOfferRequest.newBuilder().setRepositoryId(id()).setOfferId(offerId).build();
    var unused = ledger.server().sales().deleteOffer(request);
  }

  SellSlotRequest.Builder selling(String requestId, long slotSizeBytes, String operationId) {
    return selling(id(), requestId, slotSizeBytes, operationId);
  }

  SellSlotResponse sell(SellSlotRequest.Builder request) {
    return ledger.server().sales().sellSlot(request.build());
  }

  /** Sells a slot that is known to be sold. */
  Reservation sold(String requestId, long slotSizeBytes, String operationId) {
    return sell(selling(requestId, slotSizeBytes, operationId)).getReservation();
  }

  /** Why nothing is sold: offers with the names of their reasons. */
  List<String> declines(SellSlotRequest.Builder request) {
    return sell(request).getDeclinesList().stream().map(Shop::words).toList();
  }

  private static String words(Decline decline) {
    String reason = decline.getReason().name().substring("DECLINE_REASON_".length());
    return decline.getOfferId().isEmpty() ? reason : decline.getOfferId() + " " + reason;
  }
}
