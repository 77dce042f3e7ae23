package dev.holdfast.server.ledger.rules.sales;

import dev.holdfast.server.ledger.books.Offer;
import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.rules.Decline;
import dev.holdfast.server.ledger.rules.Decline.Reason;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Decides whether an offer accepts a request, and describes the reason if it does not. */
public final class Declines {
  private Declines() {}

  /** Returns the first reason why the offer declines; null if it accepts. */
  static @Nullable Reason reason(
      Offer offer, StorageRequest request, Repository repository, long nowMicros) {
    Offer.Terms terms = offer.terms();
    long sizeBytes = request.slotSizeBytes();
    BigInteger maxCollateral = terms.maxCollateral();
    Long untilMicros = terms.untilMicros();
    if (!terms.enabled()) {
      return Reason.DISABLED;
    } else if (terms.maxSlotBytes() != 0 && sizeBytes > terms.maxSlotBytes()) {
      return Reason.SLOT_TOO_LARGE;
    } else if (sizeBytes < terms.minSlotBytes()) {
      return Reason.SLOT_TOO_SMALL;
    } else if (terms.maxDurationMicros() != 0
        && request.durationMicros() > terms.maxDurationMicros()) {
      return Reason.DURATION_TOO_LONG;
    } else if (request.price().compareTo(terms.minPrice()) < 0) {
      return Reason.PRICE_TOO_LOW;
    } else if (maxCollateral != null && request.collateral().compareTo(maxCollateral) > 0) {
      return Reason.COLLATERAL_TOO_HIGH;
    } else if (untilMicros != null && request.endMicros(nowMicros) > untilMicros) {
      return Reason.OFFER_ENDS_TOO_EARLY;
    } else if (terms.totalBytes() != 0 && sizeBytes > unsoldBytes(offer)) {
      return Reason.OFFER_SOLD_OUT;
    } else if (sizeBytes > repository.availableBytes()) {
      return Reason.INSUFFICIENT_STORAGE;
    }
    return null;
  }

  private static long unsoldBytes(Offer offer) {
    return offer.terms().totalBytes() - offer.soldBytes();
  }

  /** Returns the decline of an offer, with a description. */
  static Decline of(
      Offer offer, Reason reason, StorageRequest request, Repository repository, long nowMicros) {
    Offer.Terms terms = offer.terms();
    String theSlot = "the slot has " + request.slotSizeBytes() + " bytes, ";
    String detail =
        switch (reason) {
          case DISABLED -> "the offer is not enabled";
          case SLOT_TOO_LARGE -> theSlot + "the offer sells at most " + terms.maxSlotBytes();
          case SLOT_TOO_SMALL -> theSlot + "the offer sells at least " + terms.minSlotBytes();
          case DURATION_TOO_LONG ->
              "the space is wanted for "
                  + seconds(request.durationMicros())
                  + " s, the offer sells at most "
                  + seconds(terms.maxDurationMicros())
                  + " s";
          case PRICE_TOO_LOW ->
              "the request pays "
                  + request.price()
                  + " a byte and second, the offer takes at least "
                  + terms.minPrice();
          case COLLATERAL_TOO_HIGH ->
              "the request wants a collateral of "
                  + request.collateral()
                  + " a byte, the offer puts up at most "
                  + terms.maxCollateral();
          case OFFER_ENDS_TOO_EARLY ->
              "the request ends at "
                  + time(request.endMicros(nowMicros))
                  + ", the offer at "
                  + time(Objects.requireNonNull(terms.untilMicros()));
          case OFFER_SOLD_OUT ->
              theSlot
                  + "the offer has "
                  + Math.max(0, unsoldBytes(offer))
                  + " left: of its "
                  + terms.totalBytes()
                  + " are "
                  + offer.soldBytes()
                  + " sold";
          case INSUFFICIENT_STORAGE ->
              theSlot
                  + "repository "
                  + repository.id()
                  + " has "
                  + repository.availableBytes()
                  + " available: of its "
                  + repository.capacityBytes()
                  + " are "
                  + repository.reservedBytes()
                  + " reserved";
          case REQUEST_ENDED, NO_OFFERS, NO_FREE_SLOT ->
              throw new IllegalArgumentException("not a reason of an offer: " + reason);
        };
    return new Decline(offer.id(), reason, detail);
  }

  /** Returns the decline of a request that has already ended. */
  public static Decline ended(StorageRequest request, long nowMicros) {
    return new Decline(
        "",
        Reason.REQUEST_ENDED,
        "the request ended at %s, and now it is %s"
            .formatted(time(request.endMicros(nowMicros)), time(nowMicros)));
  }

  public static Decline noOffers(Repository repository) {
    return new Decline(
        "", Reason.NO_OFFERS, "repository %s has no offers".formatted(repository.id()));
  }

  /** Returns the decline for a request without a free slot: all slots are excluded or reserved. */
  public static Decline noFreeSlot(StorageRequest request, int excludedCount) {
    return new Decline(
        "",
        Reason.NO_FREE_SLOT,
        "of the request's %s slots %s are excluded, and %s of the others reserved here"
            .formatted(
                Long.toUnsignedString(request.slotCount()),
                excludedCount,
                Long.toUnsignedString(request.slotCount() - excludedCount)));
  }

  private static String seconds(long micros) {
    return BigDecimal.valueOf(micros, 6).stripTrailingZeros().toPlainString();
  }

  private static Instant time(long micros) {
    return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
  }
}
