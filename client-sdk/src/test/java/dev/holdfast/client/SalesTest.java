package dev.holdfast.client;

import static dev.holdfast.client.ReservationsTest.MESSAGE;
import static dev.holdfast.client.ReservationsTest.RESERVATION;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import dev.holdfast.client.errors.OfferNotFoundException;
import dev.holdfast.client.model.Offer;
import dev.holdfast.client.model.Page;
import dev.holdfast.client.model.StorageRequest;
import dev.holdfast.client.requests.ListOffers;
import dev.holdfast.client.requests.SellSlot;
import dev.holdfast.client.results.Decline;
import dev.holdfast.client.results.DeclineReason;
import dev.holdfast.client.results.SaleResult;
import dev.holdfast.testing.rpc.FakeServer;
import dev.holdfast.v1.DeleteOfferRequest;
import dev.holdfast.v1.DeleteOfferResponse;
import dev.holdfast.v1.GetOfferRequest;
import dev.holdfast.v1.GetOfferResponse;
import dev.holdfast.v1.ListOffersRequest;
import dev.holdfast.v1.ListOffersResponse;
import dev.holdfast.v1.PutOfferRequest;
import dev.holdfast.v1.PutOfferResponse;
import dev.holdfast.v1.SalesServiceGrpc;
import dev.holdfast.v1.SellSlotRequest;
import dev.holdfast.v1.SellSlotResponse;
import io.grpc.Status.Code;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Words into messages and back, for every call about sales. */
class SalesTest {
  private static final BigInteger HIGHEST = BigInteger.TWO.pow(256).subtract(BigInteger.ONE);
  private static final Offer OFFER =
      Offer.of("o", HIGHEST)
          .withTotalBytes(1)
          .withSlotBytes(2, Long.MAX_VALUE)
          .withMaxDuration(Duration.ofSeconds(3, 4))
          .withMaxCollateralPerByte(BigInteger.ZERO)
          .withUntil(Instant.ofEpochSecond(5, 6))
          .withEnabled(false);
  private static final dev.holdfast.v1.Offer OFFER_MESSAGE =
      dev.holdfast.v1.Offer.newBuilder()
          .setOfferId("o")
          .setTotalBytes(1)
          .setMinSlotBytes(2)
          .setMaxSlotBytes(Long.MAX_VALUE)
          .setMaxDuration(com.google.protobuf.Duration.newBuilder().setSeconds(3).setNanos(4))
          .setMinPricePerBytePerSecond(HIGHEST.toString())
          .setMaxCollateralPerByte("0")
          .setUntil(Timestamp.newBuilder().setSeconds(5).setNanos(6))
          .setEnabled(false)
          .build();
  static final StorageRequest REQUEST =
      new StorageRequest("0xab", -1, 7, Duration.ofDays(1), BigInteger.TEN);

  private final FakeServer server = FakeServer.start();
  private final HoldfastClient client = HoldfastClient.builder(server.target()).build();
  private final Sales sales = client.sales();

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  @Test
  void putOffer() throws Exception {
    server.answer(
        SalesServiceGrpc.getPutOfferMethod(),
        PutOfferResponse.newBuilder().setOffer(OFFER_MESSAGE.toBuilder().setSoldBytes(99)).build());
    Offer kept =
        new Offer(
            "o",
            1,
            99,
            2,
            Long.MAX_VALUE,
            OFFER.maxDuration(),
            HIGHEST,
            BigInteger.ZERO,
            OFFER.until(),
            false);
    var sent = PutOfferRequest.newBuilder().setOffer(OFFER_MESSAGE).build();
    assertAnswer(kept, sales.putOffer(OFFER), sent);
    assertAnswer(kept, sales.putOfferAsync(OFFER).join(), sent);
    var sentCold = sent.toBuilder().setRepositoryId("cold").build();
    assertAnswer(kept, sales.putOffer("cold", OFFER), sentCold);
    assertAnswer(kept, sales.putOfferAsync("cold", OFFER).join(), sentCold);
  }

  @Test
  void whatAnOfferLeavesOutIsNotSent() throws Exception {
    server.answer(
        SalesServiceGrpc.getPutOfferMethod(),
        PutOfferResponse.newBuilder()
            .setOffer(
                dev.holdfast.v1.Offer.newBuilder()
                    .setOfferId("o")
                    .setMinPricePerBytePerSecond("1")
                    .setEnabled(true))
            .build());
    Offer plain = Offer.of("o", BigInteger.ONE);
    assertEquals(plain, sales.putOffer(plain));
    var sent = ((PutOfferRequest) server.next().request()).getOffer();
    assertFalse(sent.hasMaxDuration() || sent.hasUntil() || sent.hasSoldBytes());
    assertEquals("", sent.getMaxCollateralPerByte());
  }

  @Test
  void getOffer() throws Exception {
    server.answer(
        SalesServiceGrpc.getGetOfferMethod(),
        GetOfferResponse.newBuilder().setOffer(OFFER_MESSAGE).build());
    var sent = GetOfferRequest.newBuilder().setOfferId("o").build();
    assertAnswer(OFFER, sales.getOffer("o"), sent);
    assertAnswer(OFFER, sales.getOfferAsync("o").join(), sent);
    var sentCold = sent.toBuilder().setRepositoryId("cold").build();
    assertAnswer(OFFER, sales.getOffer("cold", "o"), sentCold);
    assertAnswer(OFFER, sales.getOfferAsync("cold", "o").join(), sentCold);
  }

  @Test
  void deleteOffer() throws Exception {
    server.answer(
        SalesServiceGrpc.getDeleteOfferMethod(), DeleteOfferResponse.getDefaultInstance());
    var sent = DeleteOfferRequest.newBuilder().setOfferId("o").build();
    sales.deleteOffer("o");
    assertEquals(sent, server.next().request());
    sales.deleteOfferAsync("cold", "o").join();
    assertEquals(sent.toBuilder().setRepositoryId("cold").build(), server.next().request());
  }

  @Test
  void anOfferThatIsNotThereIsToldSo() {
    server.fail(
        SalesServiceGrpc.getDeleteOfferMethod(),
        FakeServer.error(Code.NOT_FOUND, "OFFER_NOT_FOUND", Map.of()));
    assertThrows(OfferNotFoundException.class, () -> sales.deleteOffer("o"));
  }

  @Test
  void listOffers() throws Exception {
    server.on(
        SalesServiceGrpc.getListOffersMethod(),
        (request, answer) ->
            FakeServer.complete(
                answer,
                ListOffersResponse.newBuilder()
                    .addOffers(OFFER_MESSAGE)
                    .setNextPageToken(request.getPageToken().equals("last") ? "" : "last")
                    .build()));
    var query = ListOffers.all().withRepositoryId("cold").withPageSize(1).withPageToken("t");
    var sent =
        ListOffersRequest.newBuilder()
            .setRepositoryId("cold")
            .setPageSize(1)
            .setPageToken("t")
            .build();
    var page = new Page<>(List.of(OFFER), "last");
    assertAnswer(page, sales.listOffers(query), sent);
    assertAnswer(page, sales.listOffersAsync(query).join(), sent);
    assertEquals(List.of(OFFER, OFFER), sales.listAllOffers(query).toList());
  }

  @Test
  void sellSlot() throws Exception {
    server.answer(
        SalesServiceGrpc.getSellSlotMethod(),
        SellSlotResponse.newBuilder()
            .setSold(true)
            .setReservation(MESSAGE)
            .setOfferId("o")
            .setAvailableBytes(8)
            .build());
    var change =
        SellSlot.of(
                REQUEST
                    .withCollateralPerByte(BigInteger.TWO)
                    .withEndTime(Instant.ofEpochSecond(5, 6)))
            .withRepositoryId("cold")
            .withExcludedSlotIndexes(Set.of(-1L, 3L, 0L))
            .withLease(Duration.ofMinutes(1))
            .withOperationId("mine");
    var sent =
        SellSlotRequest.newBuilder()
            .setRepositoryId("cold")
            .setStorageRequest(
                dev.holdfast.v1.StorageRequest.newBuilder()
                    .setRequestId("0xab")
                    .setSlotCount(-1)
                    .setSlotSizeBytes(7)
                    .setDuration(com.google.protobuf.Duration.newBuilder().setSeconds(86_400))
                    .setPricePerBytePerSecond("10")
                    .setCollateralPerByte("2")
                    .setEndTime(Timestamp.newBuilder().setSeconds(5).setNanos(6)))
            .addAllExcludedSlotIndexes(List.of(0L, 3L, -1L))
            .setLease(com.google.protobuf.Duration.newBuilder().setSeconds(60))
            .setOperationId("mine")
            .build();
    var sold = new SaleResult.Sold(RESERVATION, "o", 8);
    assertAnswer(sold, sales.sellSlot(change), sent);
    assertAnswer(sold, sales.sellSlotAsync(change).join(), sent);
    var asked = sent.toBuilder().clearOperationId().setValidateOnly(true).build();
    assertAnswer(sold, sales.validateSellSlot(change), asked);
    assertAnswer(sold, sales.validateSellSlotAsync(change).join(), asked);
    OperationIdsTest.assertVersion7(SellSlot.of(REQUEST).operationId());
  }

  @ParameterizedTest
  @EnumSource
  void notToSellIsAnAnswer(dev.holdfast.v1.DeclineReason reason) {
    boolean known = reason != dev.holdfast.v1.DeclineReason.UNRECOGNIZED;
    server.answer(
        SalesServiceGrpc.getSellSlotMethod(),
        SellSlotResponse.newBuilder()
            .setSold(false)
            .addDeclines(
                dev.holdfast.v1.Decline.newBuilder()
                    .setOfferId("o")
                    .setReasonValue(known ? reason.getNumber() : 99)
                    .setDetail("because"))
            .setAvailableBytes(8)
            .build());
    var declined =
        assertInstanceOf(SaleResult.Declined.class, sales.sellSlot(SellSlot.of(REQUEST)));
    boolean named = known && reason.getNumber() != 0;
    DeclineReason expected =
        named
            ? DeclineReason.valueOf(reason.name().replace("DECLINE_REASON_", ""))
            : DeclineReason.UNRECOGNIZED;
    assertEquals(
        new SaleResult.Declined(List.of(new Decline("o", expected, "because")), 8), declined);
  }

  @Test
  void pricesHave256Bits() {
    BigInteger tooHigh = HIGHEST.add(BigInteger.ONE);
    BigInteger negative = BigInteger.valueOf(-1);
    for (BigInteger bad : List.of(tooHigh, negative)) {
      assertThrows(IllegalArgumentException.class, () -> Offer.of("o", bad));
      assertThrows(IllegalArgumentException.class, () -> OFFER.withMaxCollateralPerByte(bad));
      assertThrows(IllegalArgumentException.class, () -> REQUEST.withCollateralPerByte(bad));
      assertThrows(
          IllegalArgumentException.class,
          () -> new StorageRequest("r", 1, 1, Duration.ofDays(1), bad));
    }
    assertThrows(IllegalArgumentException.class, () -> SellSlot.of(REQUEST).withOperationId(""));
  }

  private void assertAnswer(Object expected, Object answered, Message sent)
      throws InterruptedException {
    assertEquals(expected, answered);
    assertEquals(sent, server.next().request());
  }
}
