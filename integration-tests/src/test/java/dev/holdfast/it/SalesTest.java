package dev.holdfast.it;

import static java.util.Collections.nCopies;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import dev.holdfast.testing.junit.LiveServer;
import dev.holdfast.testing.junit.SalesFixture;
import dev.holdfast.testing.rpc.Refusal;
import dev.holdfast.testing.rpc.Requests;
import dev.holdfast.v1.Decline;
import dev.holdfast.v1.DeclineReason;
import dev.holdfast.v1.Reservation;
import dev.holdfast.v1.ReservationState;
import dev.holdfast.v1.SellSlotRequest;
import dev.holdfast.v1.SellSlotResponse;
import dev.holdfast.v1.StorageRequest;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Slots are sold on the terms of offers, once, and whatever is not sold says why. */
class SalesTest {
  private static final int SELLERS = 64;
  private static final BigInteger LARGEST = BigInteger.TWO.pow(256).subtract(BigInteger.ONE);

  @RegisterExtension static final LiveServer SERVER = new LiveServer();

  private SalesFixture shop;

  @BeforeEach
  void makeRepository() {
    shop = SalesFixture.of(SERVER, 1000);
  }

  private SellSlotRequest.Builder asking(Consumer<StorageRequest.Builder> change) {
    SellSlotRequest.Builder request = shop.selling("r", 20, "");
    change.accept(request.getStorageRequestBuilder());
    return request;
  }

  @Test
  void aSoldSlotIsReservedUnderItsOffer() {
    shop.put(SalesFixture.offer("a"));
    SellSlotResponse answer = shop.sell(shop.selling("r", 20, "s").setLease(SalesFixture.HOUR));
    Reservation reservation = answer.getReservation();
    assertTrue(answer.getSold());
    assertEquals("a", answer.getOfferId());
    assertEquals("a", reservation.getOfferId());
    assertEquals(20, reservation.getAmountBytes());
    assertEquals(2, reservation.getGeneration());
    assertEquals(980, answer.getAvailableBytes());
    assertEquals(List.of(), answer.getDeclinesList());
    assertTrue(reservation.hasLeaseExpireTime());
    assertEquals(reservation, shop.repository().get(reservation.getSlot()));
    assertEquals(20, shop.get("a").getSoldBytes());

    Reservation filled =
        shop.repository().fill(reservation.getSlot(), reservation.getGeneration(), "f");
    assertEquals("a", filled.getOfferId());
  }

  @Test
  void everyReasonToDeclineIsAnswered() {
    assertEquals(List.of("NO_OFFERS"), shop.declines(asking(r -> {})));
    shop.put(SalesFixture.offer("a-disabled").setEnabled(false));
    shop.put(SalesFixture.offer("b-small").setMaxSlotBytes(19));
    shop.put(SalesFixture.offer("c-large").setMinSlotBytes(21));
    shop.put(SalesFixture.offer("d-brief").setMaxDuration(Duration.newBuilder().setSeconds(3599)));
    shop.put(SalesFixture.offer("e-dear").setMinPricePerBytePerSecond(LARGEST.toString()));
    shop.put(SalesFixture.offer("f-poor").setMaxCollateralPerByte("4"));
    shop.put(SalesFixture.offer("g-over").setUntil(Timestamp.newBuilder().setSeconds(1)));
    shop.put(SalesFixture.offer("h-sold").setTotalBytes(19));
    SellSlotRequest.Builder request = asking(r -> r.setCollateralPerByte("5"));
    List<String> all =
        List.of(
            "a-disabled DISABLED",
            "b-small SLOT_TOO_LARGE",
            "c-large SLOT_TOO_SMALL",
            "d-brief DURATION_TOO_LONG",
            "e-dear PRICE_TOO_LOW",
            "f-poor COLLATERAL_TOO_HIGH",
            "g-over OFFER_ENDS_TOO_EARLY",
            "h-sold OFFER_SOLD_OUT");
    assertEquals(all, shop.declines(request));
    for (long slot = 0; slot < 100; slot++) {
      request.addExcludedSlotIndexes(slot);
    }
    List<String> more = new ArrayList<>(all);
    more.add("NO_FREE_SLOT");
    assertEquals(more, shop.declines(request));

    SellSlotResponse answer = shop.sell(request);
    assertTrue(answer.hasSold());
    assertFalse(answer.getSold());
    assertFalse(answer.hasReservation());
    assertEquals("", answer.getOfferId());
    assertEquals(1000, answer.getAvailableBytes());
    assertEquals(1, shop.repository().available().getRevision(), "nothing was changed");
    for (Decline decline : answer.getDeclinesList()) {
      assertFalse(decline.getDetail().isBlank());
    }
    assertEquals(
        "the request pays 10 a byte and second, the offer takes at least " + LARGEST,
        answer.getDeclines(4).getDetail());
  }

  @Test
  void aRequestThatHasEndedIsNotSold() {
    shop.put(SalesFixture.offer("a"));
    SellSlotRequest.Builder request = shop.selling("r", 20, "s");
    request.getStorageRequestBuilder().setEndTime(Timestamp.newBuilder().setSeconds(9));
    assertEquals(List.of("REQUEST_ENDED"), shop.declines(request));
    assertEquals(1, shop.repository().available().getRevision(), "nothing was changed");
  }

  @Test
  void moreThanIsAvailableIsNotSold() {
    shop.put(SalesFixture.offer("a"));
    SellSlotResponse answer = shop.sell(shop.selling("r", 1001, ""));
    assertEquals(
        DeclineReason.DECLINE_REASON_INSUFFICIENT_STORAGE, answer.getDeclines(0).getReason());
    assertEquals(
        "the slot has 1001 bytes, repository "
            + shop.id()
            + " has 1000 available: of its 1000 are 0 reserved",
        answer.getDeclines(0).getDetail());
    assertTrue(shop.sell(shop.selling("r", 1000, "")).getSold(), "what fits exactly is sold");
  }

  @Test
  void theSlotsOfARequestAreAllSoldOnce() {
    shop.put(SalesFixture.offer("a"));
    Set<Long> sold = new HashSet<>();
    shop.repository().reserve(Requests.slot("r", 4), 1, "");
    for (int i = 0; i < 8; i++) {
      SellSlotRequest.Builder request = asking(r -> r.setSlotCount(10)).addExcludedSlotIndexes(7);
      sold.add(shop.sell(request).getReservation().getSlot().getSlotIndex());
    }
    assertEquals(Set.of(0L, 1L, 2L, 3L, 5L, 6L, 8L, 9L), sold);
    assertEquals(
        List.of("NO_FREE_SLOT"),
        shop.declines(asking(r -> r.setSlotCount(10)).addExcludedSlotIndexes(7)));
    Reservation huge =
        shop.sell(asking(r -> r.setSlotCount(-1).setRequestId("huge"))).getReservation();
    assertEquals("huge", huge.getSlot().getRequestId());
  }

  @Test
  void validatingChangesNothing() {
    shop.put(SalesFixture.offer("a"));
    SellSlotRequest.Builder request = shop.selling("r", 20, "s").setValidateOnly(true);
    SellSlotResponse would = shop.sell(request);
    assertTrue(would.getSold());
    assertEquals(0, would.getReservation().getGeneration());
    assertEquals("a", would.getOfferId());
    assertEquals(980, would.getAvailableBytes());
    assertEquals(0, shop.get("a").getSoldBytes());
    assertEquals(1000, shop.repository().available().getAvailableBytes());
    assertEquals(1, shop.repository().available().getRevision());
    shop.delete("a");
    assertEquals(List.of("NO_OFFERS"), shop.declines(request), "it is decided anew");
  }

  @Test
  void aSaleSentAgainIsAnsweredAsItWas() throws Exception {
    shop.put(SalesFixture.offer("a"));
    SellSlotRequest.Builder request =
        shop.selling("r", 20, "s").addExcludedSlotIndexes(5).addExcludedSlotIndexes(3);
    Reservation first = shop.sell(request).getReservation();
    shop.delete("a");
    SERVER.restart();
    SellSlotRequest.Builder same =
        shop.selling("r", 20, "s")
            .addAllExcludedSlotIndexes(List.of(3L, 5L, 3L, 100L))
            .setLease(SalesFixture.HOUR);
    SellSlotResponse again = shop.sell(same);
    assertTrue(again.getSold());
    assertEquals(first, again.getReservation());
    assertEquals("a", again.getOfferId());
    assertEquals(980, again.getAvailableBytes());
    Reservation filled = shop.repository().fill(first.getSlot(), first.getGeneration(), "");
    assertEquals(filled, shop.sell(same).getReservation(), "as it is today");
    assertEquals(ReservationState.RESERVATION_STATE_FILLED, filled.getState());
  }

  @Test
  void aSaleThatWasReleasedSinceIsRefused() throws Exception {
    shop.put(SalesFixture.offer("a"));
    Reservation first = shop.sold("r", 20, "s");
    shop.repository().release(first.getSlot(), first.getGeneration(), "x");
    Reservation newer = shop.repository().reserve(first.getSlot(), 5, "");
    SERVER.restart();
    Refusal refused = Refusal.expect("RESERVATION_RELEASED", () -> shop.sold("r", 20, "s"));
    assertEquals(first.getGeneration(), refused.number("generation"));
    assertEquals(20, refused.number("amount_bytes"));
    assertEquals("ATTEMPT_FAILED", refused.fact("reason"));
    assertEquals(newer, shop.repository().get(first.getSlot()));
    assertEquals(995, shop.repository().available().getAvailableBytes());
  }

  private static void reused(String field, Refusal.Call call) {
    Refusal refused = Refusal.expect("OPERATION_ID_REUSED", call);
    assertEquals(field, refused.fact("field"), refused.message());
    assertEquals("s", refused.fact("operation_id"));
  }

  private void reusedBy(String field, Consumer<SellSlotRequest.Builder> change) {
    SellSlotRequest.Builder request = shop.selling("r", 20, "s").addExcludedSlotIndexes(1);
    change.accept(request);
    reused(field, () -> shop.sell(request));
  }

  @Test
  void anIdOfASaleIsGoodForNothingElse() {
    shop.put(SalesFixture.offer("a"));
    shop.sell(shop.selling("r", 20, "s").addExcludedSlotIndexes(1));
    String asked = "storage_request.";
    reusedBy(asked + "slot_count", r -> r.getStorageRequestBuilder().setSlotCount(99));
    reusedBy(asked + "slot_size_bytes", r -> r.getStorageRequestBuilder().setSlotSizeBytes(21));
    reusedBy(
        asked + "duration", r -> r.getStorageRequestBuilder().getDurationBuilder().setNanos(1000));
    reusedBy(
        asked + "price_per_byte_per_second",
        r -> r.getStorageRequestBuilder().setPricePerBytePerSecond("11"));
    reusedBy(
        asked + "collateral_per_byte", r -> r.getStorageRequestBuilder().setCollateralPerByte("1"));
    reusedBy(
        asked + "end_time",
        r -> r.getStorageRequestBuilder().setEndTime(Timestamp.newBuilder().setSeconds(9)));
    reusedBy("excluded_slot_indexes", r -> r.addExcludedSlotIndexes(2));
    reusedBy("excluded_slot_indexes", SellSlotRequest.Builder::clearExcludedSlotIndexes);
    reusedBy("validate_only", r -> r.setValidateOnly(true));
    reused("rpc", () -> shop.repository().end("r", "s"));
    assertEquals(20, shop.get("a").getSoldBytes());
  }

  @Test
  void itCountsWithinTheRequest() {
    shop.put(SalesFixture.offer("a"));
    Reservation sold = shop.sold("r", 20, "s");
    assertTrue(shop.sell(shop.selling("other", 21, "s")).getSold());
    assertEquals(sold, shop.sold("r", 20, "s"));
    // Of the slot, it is another operation.
    Refusal.expect(
        "SLOT_ALREADY_RESERVED", () -> shop.repository().reserve(sold.getSlot(), 20, "s"));
    assertTrue(
        shop.repository().release(sold.getSlot(), sold.getGeneration(), "s").getReleasedBytes()
            == 20);
    shop.repository().reserve(sold.getSlot(), 1, "");
    shop.repository().end("r", "e");
    Refusal refused = Refusal.expect("OPERATION_ID_REUSED", () -> shop.sold("r", 20, "e"));
    assertEquals("rpc", refused.fact("field"));
  }

  @Test
  void whatWasNotSoldIsDecidedAnew() {
    assertEquals(List.of("NO_OFFERS"), shop.declines(shop.selling("r", 20, "s")));
    shop.put(SalesFixture.offer("a"));
    assertTrue(shop.sell(shop.selling("r", 20, "s")).getSold());
  }

  /** Sellers of the same few last bytes, some of them of the same request. */
  @Test
  void sellersWhoRaceForTheLastBytesSellEachByteOnce() throws Exception {
    long fitting = 10;
    shop.put(SalesFixture.offer("a").setTotalBytes(fitting * 20));
    ExecutorService threads = Executors.newFixedThreadPool(SELLERS);
    CyclicBarrier start = new CyclicBarrier(SELLERS);
    List<Callable<SellSlotResponse>> sellers = new ArrayList<>();
    for (int i = 0; i < SELLERS; i++) {
      SellSlotRequest.Builder request = shop.selling("r" + i % 3, 20, "seller" + i);
      sellers.add(
          () -> {
            start.await();
            return shop.sell(request);
          });
    }
    Set<Long> generations = new HashSet<>();
    int declined = 0;
    try {
      for (Future<SellSlotResponse> answer : threads.invokeAll(sellers)) {
        if (answer.get().getSold()) {
          generations.add(answer.get().getReservation().getGeneration());
        } else {
          declined++;
          assertEquals(
              "the slot has 20 bytes, the offer has 0 left: of its 200 are 200 sold",
              answer.get().getDeclines(0).getDetail());
        }
      }
    } finally {
      threads.shutdownNow();
    }
    assertEquals(fitting, generations.size());
    assertEquals(SELLERS - fitting, declined);
    assertEquals(fitting * 20, shop.get("a").getSoldBytes());
    assertEquals(1000 - fitting * 20, shop.repository().available().getAvailableBytes());
    assertTrue(shop.repository().verify().getConsistent());
  }

  private void wrong(String field, Consumer<SellSlotRequest.Builder> change) {
    SellSlotRequest.Builder request = shop.selling("r", 20, "");
    change.accept(request);
    Refusal refused = Refusal.expect("INVALID_ARGUMENT", () -> shop.sell(request));
    assertEquals(List.of(field), refused.fields());
  }

  @Test
  void whatIsWrongIsNamedByItsPath() {
    wrong("storage_request", SellSlotRequest.Builder::clearStorageRequest);
    String asked = "storage_request.";
    wrong(asked + "request_id", r -> r.getStorageRequestBuilder().clearRequestId());
    wrong(asked + "request_id", r -> r.getStorageRequestBuilder().setRequestId("a b"));
    wrong(asked + "slot_count", r -> r.getStorageRequestBuilder().clearSlotCount());
    wrong(asked + "slot_size_bytes", r -> r.getStorageRequestBuilder().setSlotSizeBytes(0));
    wrong(asked + "duration", r -> r.getStorageRequestBuilder().clearDuration());
    wrong(asked + "duration", r -> r.getStorageRequestBuilder().getDurationBuilder().clear());
    String price = asked + "price_per_byte_per_second";
    wrong(price, r -> r.getStorageRequestBuilder().clearPricePerBytePerSecond());
    wrong(price, r -> r.getStorageRequestBuilder().setPricePerBytePerSecond("ten"));
    wrong(
        asked + "collateral_per_byte",
        r -> r.getStorageRequestBuilder().setCollateralPerByte("1" + LARGEST));
    wrong(
        asked + "end_time",
        r -> r.getStorageRequestBuilder().getEndTimeBuilder().setSeconds(Long.MAX_VALUE));
    wrong("lease", r -> r.setLease(Duration.getDefaultInstance()));
    wrong("operation_id", r -> r.setOperationId("x".repeat(65)));
    wrong("excluded_slot_indexes", r -> r.addAllExcludedSlotIndexes(nCopies(1_000_001, 5L)));
  }

  @Test
  void aMillionExcludedSlotsAreTaken() {
    shop.put(SalesFixture.offer("a"));
    SellSlotRequest.Builder request = shop.selling("r", 20, "s");
    request.getStorageRequestBuilder().setSlotCount(1_000_001);
    request.addAllExcludedSlotIndexes(() -> LongStream.range(1, 1_000_001).iterator());
    assertEquals(0, shop.sell(request).getReservation().getSlot().getSlotIndex());
    assertEquals(List.of("NO_FREE_SLOT"), shop.declines(request.setOperationId("t")));
  }
}
