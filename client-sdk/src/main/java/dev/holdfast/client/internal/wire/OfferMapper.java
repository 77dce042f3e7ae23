package dev.holdfast.client.internal.wire;

import dev.holdfast.client.model.Offer;
import dev.holdfast.client.model.StorageRequest;
import dev.holdfast.client.requests.SellSlot;
import dev.holdfast.client.results.Decline;
import dev.holdfast.client.results.DeclineReason;
import dev.holdfast.client.results.SaleResult;
import dev.holdfast.v1.SellSlotRequest;
import dev.holdfast.v1.SellSlotResponse;
import java.math.BigInteger;

/** Converts offers and sales to messages and back. */
public final class OfferMapper {
  private OfferMapper() {}

  public static dev.holdfast.v1.Offer offer(Offer offer) {
    dev.holdfast.v1.Offer.Builder message =
        dev.holdfast.v1.Offer.newBuilder()
            .setOfferId(offer.offerId())
            .setTotalBytes(offer.totalBytes())
            .setMinSlotBytes(offer.minSlotBytes())
            .setMaxSlotBytes(offer.maxSlotBytes())
            .setMinPricePerBytePerSecond(offer.minPricePerBytePerSecond().toString())
            .setEnabled(offer.enabled());
    if (offer.maxDuration() != null) {
      message.setMaxDuration(ProtoMapper.duration(offer.maxDuration()));
    }
    if (offer.maxCollateralPerByte() != null) {
      message.setMaxCollateralPerByte(offer.maxCollateralPerByte().toString());
    }
    if (offer.until() != null) {
      message.setUntil(ProtoMapper.timestamp(offer.until()));
    }
    return message.build();
  }

  public static Offer offer(dev.holdfast.v1.Offer message) {
    String maxCollateral = message.getMaxCollateralPerByte();
    return new Offer(
        message.getOfferId(),
        message.getTotalBytes(),
        message.getSoldBytes(),
        message.getMinSlotBytes(),
        message.getMaxSlotBytes(),
        message.hasMaxDuration() ? ProtoMapper.duration(message.getMaxDuration()) : null,
        new BigInteger(message.getMinPricePerBytePerSecond()),
        maxCollateral.isEmpty() ? null : new BigInteger(maxCollateral),
        message.hasUntil() ? ProtoMapper.instant(message.getUntil()) : null,
        message.getEnabled());
  }

  public static SellSlotRequest.Builder request(SellSlot change) {
    SellSlotRequest.Builder request =
        SellSlotRequest.newBuilder()
            .setRepositoryId(change.repositoryId())
            .setStorageRequest(storageRequest(change.storageRequest()));
    // In a fixed order, so that a retry has the same bytes.
    change.excludedSlotIndexes().stream()
        .sorted(Long::compareUnsigned)
        .forEach(request::addExcludedSlotIndexes);
    if (change.lease() != null) {
      request.setLease(ProtoMapper.duration(change.lease()));
    }
    return request;
  }

  private static dev.holdfast.v1.StorageRequest storageRequest(StorageRequest request) {
    dev.holdfast.v1.StorageRequest.Builder message =
        dev.holdfast.v1.StorageRequest.newBuilder()
            .setRequestId(request.requestId())
            .setSlotCount(request.slotCount())
            .setSlotSizeBytes(request.slotSizeBytes())
            .setDuration(ProtoMapper.duration(request.duration()))
            .setPricePerBytePerSecond(request.pricePerBytePerSecond().toString())
            .setCollateralPerByte(request.collateralPerByte().toString());
    if (request.endTime() != null) {
      message.setEndTime(ProtoMapper.timestamp(request.endTime()));
    }
    return message.build();
  }

  public static SaleResult saleResult(SellSlotResponse message) {
    if (!message.getSold()) {
      return new SaleResult.Declined(
          message.getDeclinesList().stream().map(OfferMapper::decline).toList(),
          message.getAvailableBytes());
    }
    return new SaleResult.Sold(
        ProtoMapper.reservation(message.getReservation()),
        message.getOfferId(),
        message.getAvailableBytes());
  }

  private static Decline decline(dev.holdfast.v1.Decline message) {
    return new Decline(
        message.getOfferId(), declineReason(message.getReason()), message.getDetail());
  }

  private static DeclineReason declineReason(dev.holdfast.v1.DeclineReason reason) {
    return switch (reason) {
      case DECLINE_REASON_DISABLED -> DeclineReason.DISABLED;
      case DECLINE_REASON_SLOT_TOO_LARGE -> DeclineReason.SLOT_TOO_LARGE;
      case DECLINE_REASON_SLOT_TOO_SMALL -> DeclineReason.SLOT_TOO_SMALL;
      case DECLINE_REASON_DURATION_TOO_LONG -> DeclineReason.DURATION_TOO_LONG;
      case DECLINE_REASON_PRICE_TOO_LOW -> DeclineReason.PRICE_TOO_LOW;
      case DECLINE_REASON_COLLATERAL_TOO_HIGH -> DeclineReason.COLLATERAL_TOO_HIGH;
      case DECLINE_REASON_OFFER_ENDS_TOO_EARLY -> DeclineReason.OFFER_ENDS_TOO_EARLY;
      case DECLINE_REASON_OFFER_SOLD_OUT -> DeclineReason.OFFER_SOLD_OUT;
      case DECLINE_REASON_INSUFFICIENT_STORAGE -> DeclineReason.INSUFFICIENT_STORAGE;
      case DECLINE_REASON_REQUEST_ENDED -> DeclineReason.REQUEST_ENDED;
      case DECLINE_REASON_NO_OFFERS -> DeclineReason.NO_OFFERS;
      case DECLINE_REASON_NO_FREE_SLOT -> DeclineReason.NO_FREE_SLOT;
      case DECLINE_REASON_UNSPECIFIED, UNRECOGNIZED -> DeclineReason.UNRECOGNIZED;
    };
  }
}
