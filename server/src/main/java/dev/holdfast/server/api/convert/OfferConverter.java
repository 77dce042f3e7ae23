package dev.holdfast.server.api.convert;

import com.google.protobuf.Duration;
import dev.holdfast.server.ledger.books.Offer;
import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.rules.Outcome.SaleDone;
import dev.holdfast.v1.Decline;
import dev.holdfast.v1.DeclineReason;
import dev.holdfast.v1.SellSlotResponse;
import java.util.ArrayList;
import java.util.List;

/** Converts offers, declines and sales to messages. */
public final class OfferConverter {
  private static final int MICROS_PER_SECOND = 1_000_000;

  /** Upper bound of the response without the declines of offers. */
  private static final int BYTES_WITHOUT_OFFERS = 2048;

  /** Maximum bytes that frame a nested message. */
  private static final int FRAME_BYTES = 8;

  private OfferConverter() {}

  public static dev.holdfast.v1.Offer offer(Offer offer) {
    Offer.Terms terms = offer.terms();
    dev.holdfast.v1.Offer.Builder message =
        dev.holdfast.v1.Offer.newBuilder()
            .setOfferId(offer.id())
            .setTotalBytes(terms.totalBytes())
            .setSoldBytes(offer.soldBytes())
            .setMinSlotBytes(terms.minSlotBytes())
            .setMaxSlotBytes(terms.maxSlotBytes())
            .setMinPricePerBytePerSecond(terms.minPrice().toString())
            .setEnabled(terms.enabled());
    if (terms.maxDurationMicros() != 0) {
      message.setMaxDuration(duration(terms.maxDurationMicros()));
    }
    if (terms.maxCollateral() != null) {
      message.setMaxCollateralPerByte(terms.maxCollateral().toString());
    }
    if (terms.untilMicros() != null) {
      message.setUntil(ProtoConverters.time(terms.untilMicros()));
    }
    return message.build();
  }

  private static Duration duration(long micros) {
    return Duration.newBuilder()
        .setSeconds(micros / MICROS_PER_SECOND)
        .setNanos((int) (micros % MICROS_PER_SECOND) * 1000)
        .build();
  }

  public static SellSlotResponse sold(String repositoryId, SaleDone done) {
    SellSlotResponse.Builder response =
        SellSlotResponse.newBuilder().setAvailableBytes(done.availableBytes());
    Reservation reservation = done.reservation();
    if (reservation == null) {
      return response.setSold(false).addAllDeclines(declines(done)).build();
    }
    return response
        .setSold(true)
        .setReservation(ProtoConverters.reservation(repositoryId, reservation))
        .setOfferId(reservation.offerId())
        .build();
  }

  /**
   * Converts declines. Omits the last offers if they would exceed the response limit; declines
   * without an offer stay.
   */
  private static List<Decline> declines(SaleDone done) {
    List<Decline> declines = new ArrayList<>();
    int remainingBytes = ApplyConverter.MAX_RESPONSE_BYTES - BYTES_WITHOUT_OFFERS;
    for (var decline : done.declines()) {
      Decline message = decline(decline);
      remainingBytes -= message.getSerializedSize() + FRAME_BYTES;
      if (remainingBytes >= 0 || message.getOfferId().isEmpty()) {
        declines.add(message);
      }
    }
    return declines;
  }

  private static Decline decline(dev.holdfast.server.ledger.rules.Decline decline) {
    return Decline.newBuilder()
        .setOfferId(decline.offerId())
        .setReason(DeclineReason.valueOf("DECLINE_REASON_" + decline.reason().name()))
        .setDetail(decline.detail())
        .build();
  }
}
