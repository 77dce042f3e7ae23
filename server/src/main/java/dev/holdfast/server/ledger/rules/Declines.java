package dev.holdfast.server.ledger.rules;

import dev.holdfast.server.ledger.books.Offer;
import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.rules.Decline.Reason;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** Whether an offer sells what is asked for, and why not, in words and numbers. */
final class Declines {
  private Declines() {}

  /** The first reason why the offer does not sell; null where it does. */
  static @Nullable Decline by(
      Offer offer, StorageRequest asked, Repository repository, long nowMicros) {
    Offer.Terms terms = offer.terms();
    long sizeBytes = asked.slotSizeBytes();
    BigInteger maxCollateral = terms.maxCollateral();
    Long untilMicros = terms.untilMicros();
    long leftBytes = terms.totalBytes() - offer.soldBytes();

    if (!terms.enabled()) {
      return because(offer, Reason.DISABLED, "the offer is not enabled");
    } else if (terms.maxSlotBytes() != 0 && sizeBytes > terms.maxSlotBytes()) {
      return because(
          offer,
          Reason.SLOT_TOO_LARGE,
          "the slot has %s bytes, the offer sells at most %s"
              .formatted(sizeBytes, terms.maxSlotBytes()));
    } else if (sizeBytes < terms.minSlotBytes()) {
      return because(
          offer,
          Reason.SLOT_TOO_SMALL,
          "the slot has %s bytes, the offer sells at least %s"
              .formatted(sizeBytes, terms.minSlotBytes()));
    } else if (terms.maxDurationMicros() != 0
        && asked.durationMicros() > terms.maxDurationMicros()) {
      return because(
          offer,
          Reason.DURATION_TOO_LONG,
          "the space is wanted for %s s, the offer sells at most %s s"
              .formatted(seconds(asked.durationMicros()), seconds(terms.maxDurationMicros())));
    } else if (asked.price().compareTo(terms.minPrice()) < 0) {
      return because(
          offer,
          Reason.PRICE_TOO_LOW,
          "the request pays %s a byte and second, the offer takes at least %s"
              .formatted(asked.price(), terms.minPrice()));
    } else if (maxCollateral != null && asked.collateral().compareTo(maxCollateral) > 0) {
      return because(
          offer,
          Reason.COLLATERAL_TOO_HIGH,
          "the request wants a collateral of %s a byte, the offer puts up at most %s"
              .formatted(asked.collateral(), maxCollateral));
    } else if (untilMicros != null && asked.endMicros(nowMicros) > untilMicros) {
      return because(
          offer,
          Reason.OFFER_ENDS_TOO_EARLY,
          "the request ends at %s, the offer at %s"
              .formatted(time(asked.endMicros(nowMicros)), time(untilMicros)));
    } else if (terms.totalBytes() != 0 && sizeBytes > leftBytes) {
      return because(
          offer,
          Reason.OFFER_SOLD_OUT,
          "the slot has %s bytes, the offer has %s left: of its %s are %s sold"
              .formatted(sizeBytes, Math.max(0, leftBytes), terms.totalBytes(), offer.soldBytes()));
    } else if (sizeBytes > repository.availableBytes()) {
      return because(
          offer,
          Reason.INSUFFICIENT_STORAGE,
          "the slot has %s bytes, repository %s has %s available: of its %s are %s reserved"
              .formatted(
                  sizeBytes,
                  repository.id(),
                  repository.availableBytes(),
                  repository.capacityBytes(),
                  repository.reservedBytes()));
    }
    return null;
  }

  /** The request has ended already; null where it has not. */
  static @Nullable Decline ended(StorageRequest asked, long nowMicros) {
    Long endMicros = asked.endMicros();
    return endMicros == null || endMicros > nowMicros
        ? null
        : new Decline(
            "",
            Reason.REQUEST_ENDED,
            "the request ended at %s, and now it is %s"
                .formatted(time(endMicros), time(nowMicros)));
  }

  static Decline noOffers(Repository repository) {
    return new Decline(
        "", Reason.NO_OFFERS, "repository %s has no offers".formatted(repository.id()));
  }

  /** No slot is left to choose: so many are excluded, and all others have reservations. */
  static Decline noFreeSlot(StorageRequest asked, int excludedCount) {
    return new Decline(
        "",
        Reason.NO_FREE_SLOT,
        "of the request's %s slots %s are excluded, and %s of the others reserved here"
            .formatted(
                Long.toUnsignedString(asked.slotCount()),
                excludedCount,
                Long.toUnsignedString(asked.slotCount() - excludedCount)));
  }

  private static Decline because(Offer offer, Reason reason, String detail) {
    return new Decline(offer.id(), reason, detail);
  }

  private static String seconds(long micros) {
    return BigDecimal.valueOf(micros, 6).stripTrailingZeros().toPlainString();
  }

  private static Instant time(long micros) {
    return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
  }
}
