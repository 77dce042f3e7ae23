package dev.holdfast.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import dev.holdfast.testing.Poll;
import dev.holdfast.testing.junit.LiveServer;
import dev.holdfast.testing.junit.RepositoryFixture;
import dev.holdfast.testing.junit.SalesFixture;
import dev.holdfast.testing.rpc.Refusal;
import dev.holdfast.testing.rpc.Requests;
import dev.holdfast.v1.DeleteRepositoryRequest;
import dev.holdfast.v1.ListOffersRequest;
import dev.holdfast.v1.ListOffersResponse;
import dev.holdfast.v1.Offer;
import dev.holdfast.v1.ReleaseReason;
import dev.holdfast.v1.Reservation;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Offers are kept as they are put, and what is sold under them is known whatever becomes of it. */
class OffersTest {
  private static final String LARGEST = BigInteger.TWO.pow(256).subtract(BigInteger.ONE).toString();

  @RegisterExtension static final LiveServer SERVER = new LiveServer();

  private SalesFixture shop;

  @BeforeEach
  void makeRepository() {
    shop = SalesFixture.of(SERVER, 1000);
  }

  @Test
  void anOfferIsKeptAsItIsPut() throws Exception {
    Offer.Builder whole =
        Offer.newBuilder()
            .setOfferId("a")
            .setTotalBytes(Long.MAX_VALUE)
            .setMinSlotBytes(1)
            .setMaxSlotBytes(Long.MAX_VALUE)
            .setMaxDuration(Duration.newBuilder().setSeconds(315_576_000_000L))
            .setMinPricePerBytePerSecond(LARGEST)
            .setMaxCollateralPerByte("0")
            .setUntil(Timestamp.newBuilder().setSeconds(253_402_300_799L))
            .setEnabled(false);
    Offer expected = whole.clone().setSoldBytes(0).build();
    assertEquals(expected, shop.put(whole.clone().setSoldBytes(77)));
    assertEquals(expected, shop.put(whole));
    assertEquals(expected, shop.get("a"));
    SERVER.restart();
    assertEquals(expected, shop.get("a"));
    long revision = shop.repository().available().getRevision();
    assertEquals(1, revision, "terms are no books");
  }

  @Test
  void theEndOfTimeIsAnsweredAsATime() {
    Timestamp last =
        Timestamp.newBuilder().setSeconds(253_402_300_799L).setNanos(999_999_999).build();
    assertEquals(
        last.toBuilder().setNanos(999_999_000).build(),
        shop.put(SalesFixture.offer("a").setUntil(last)).getUntil());
  }

  @Test
  void whatIsLeftOutIsNoLimit() {
    shop.put(
        SalesFixture.offer("a").setMaxCollateralPerByte("5").setTotalBytes(7).setEnabled(false));
    Offer plain = shop.put(Offer.newBuilder().setOfferId("a").setMinPricePerBytePerSecond("007"));
    assertEquals(
        Offer.newBuilder()
            .setOfferId("a")
            .setTotalBytes(0)
            .setSoldBytes(0)
            .setMinSlotBytes(0)
            .setMaxSlotBytes(0)
            .setMinPricePerBytePerSecond("7")
            .setEnabled(true)
            .build(),
        plain);
    assertEquals(plain, shop.get("a"));
  }

  @Test
  void theyAreListedByIdAPageACall() {
    List<Offer> offers =
        IntStream.range(0, 25).mapToObj(i -> shop.put(SalesFixture.offer("o" + (10 + i)))).toList();
    List<Offer> found = new ArrayList<>();
    ListOffersRequest.Builder request =
        ListOffersRequest.newBuilder().setRepositoryId(shop.id()).setPageSize(7);
    ListOffersResponse page = SERVER.sales().listOffers(request.build());
    while (!page.getNextPageToken().isEmpty()) {
      assertEquals(7, page.getOffersCount());
      found.addAll(page.getOffersList());
      page = SERVER.sales().listOffers(request.setPageToken(page.getNextPageToken()).build());
    }
    found.addAll(page.getOffersList());
    assertEquals(offers, found);

    ListOffersRequest elsewhere = request.setRepositoryId("default").build();
    Refusal refused =
        Refusal.expect("INVALID_ARGUMENT", () -> SERVER.sales().listOffers(elsewhere));
    assertEquals(List.of("page_token"), refused.fields());
  }

  @Test
  void manyThatDeclineAreAllTold() {
    List<String> ids = IntStream.range(100, 250).mapToObj(i -> "o" + i).toList();
    ids.forEach(id -> shop.put(SalesFixture.offer(id).setEnabled(false)));
    List<String> told = shop.declines(shop.selling("request", 1, ""));
    assertEquals(ids.stream().map(id -> id + " DISABLED").toList(), told);
  }

  @Test
  void whatIsNotThereIsNotFound() {
    Refusal missing = Refusal.expect("OFFER_NOT_FOUND", () -> shop.get("none"));
    assertEquals("none", missing.fact("offer_id"));
    assertEquals(shop.id(), missing.fact("repository_id"));
    Refusal.expect("OFFER_NOT_FOUND", () -> shop.delete("none"));
    SalesFixture nowhere = new SalesFixture(new RepositoryFixture(SERVER, "nowhere"));
    Refusal.expect("REPOSITORY_NOT_FOUND", () -> nowhere.put(SalesFixture.offer("a")));
    Refusal.expect("REPOSITORY_NOT_FOUND", () -> nowhere.get("a"));
    Refusal.expect("REPOSITORY_NOT_FOUND", () -> nowhere.delete("a"));
    Refusal.expect("REPOSITORY_NOT_FOUND", () -> nowhere.sold("r", 1, ""));
    Refusal.expect(
        "REPOSITORY_NOT_FOUND",
        () ->
            SERVER
                .sales()
                .listOffers(ListOffersRequest.newBuilder().setRepositoryId("nowhere").build()));
  }

  @Test
  void everyWayOfReleaseGivesTheBytesBackToTheOffer() throws Exception {
    shop.put(SalesFixture.offer("a").setTotalBytes(60));
    Reservation released = shop.sold("r1", 10, "");
    shop.sold("r2", 20, "");
    shop.sell(shop.selling("r3", 30, "").setLease(Requests.millis(1)));
    Poll.until("the lease ran out", () -> shop.get("a").getSoldBytes() == 30);
    shop.repository().fill(released.getSlot(), released.getGeneration(), "");
    assertEquals(30, shop.get("a").getSoldBytes());
    shop.repository()
        .release(
            released.getSlot(),
            released.getGeneration(),
            ReleaseReason.RELEASE_REASON_REQUEST_ENDED,
            "");
    assertEquals(20, shop.get("a").getSoldBytes());
    shop.repository().end("r2", "");
    assertEquals(0, shop.get("a").getSoldBytes());
    assertTrue(shop.repository().verify().getConsistent());
  }

  @Test
  void whatWasSoldOutlivesTheOffer() throws Exception {
    shop.put(SalesFixture.offer("a").setTotalBytes(100));
    Reservation sold = shop.sold("r", 70, "");
    shop.delete("a");
    assertEquals(sold, shop.repository().get(sold.getSlot()));
    assertEquals("a", sold.getOfferId());
    Refusal.expect("OFFER_NOT_FOUND", () -> shop.get("a"));
    assertTrue(shop.repository().verify().getConsistent());
    SERVER.restart();
    assertEquals(70, shop.put(SalesFixture.offer("a").setTotalBytes(50)).getSoldBytes());
    assertEquals(List.of("a OFFER_SOLD_OUT"), shop.declines(shop.selling("r", 1, "")));
    assertTrue(shop.repository().verify().getConsistent());
    shop.repository().end("r", "");
    assertEquals(0, shop.get("a").getSoldBytes());
  }

  @Test
  void offersGoWithTheirRepository() {
    shop.put(SalesFixture.offer("a"));
    shop.sold("r", 1, "s");
    DeleteRepositoryRequest delete = Requests.deleteRepository(shop.id());
    Refusal.expect("REPOSITORY_NOT_EMPTY", () -> SERVER.repositories().deleteRepository(delete));
    shop.repository().end("r", "");
    var unused = SERVER.repositories().deleteRepository(delete);
    var made = SERVER.repositories().createRepository(Requests.createRepository(shop.id(), 10));
    assertEquals(10, made.getRepository().getAvailableBytes());
    assertEquals(List.of("NO_OFFERS"), shop.declines(shop.selling("r", 1, "")));
    // Operation ids go on, though.
    Refusal.expect("RESERVATION_RELEASED", () -> shop.sold("r", 1, "s"));
  }

  private static void wrong(String field, SalesFixture shop, UnaryOperator<Offer.Builder> change) {
    Refusal refused =
        Refusal.expect("INVALID_ARGUMENT", () -> shop.put(change.apply(SalesFixture.offer("a"))));
    assertEquals(List.of("offer." + field), refused.fields());
  }

  @Test
  void anOfferIsNamedAsItsOwnerLikes() {
    for (String id : List.of("A", "~!@/", "x".repeat(128))) {
      assertEquals(id, shop.put(SalesFixture.offer(id)).getOfferId());
    }
  }

  @Test
  void whatIsWrongIsNamedByItsPath() {
    wrong("offer_id", shop, offer -> offer.setOfferId(""));
    wrong("offer_id", shop, offer -> offer.setOfferId("a b"));
    wrong("offer_id", shop, offer -> offer.setOfferId("a".repeat(129)));
    wrong("total_bytes", shop, offer -> offer.setTotalBytes(-1));
    wrong("min_slot_bytes", shop, offer -> offer.setMinSlotBytes(-1));
    wrong("max_slot_bytes", shop, offer -> offer.setMaxSlotBytes(-1));
    wrong("max_slot_bytes", shop, offer -> offer.setMinSlotBytes(3).setMaxSlotBytes(2));
    wrong("max_duration", shop, offer -> offer.setMaxDuration(Duration.getDefaultInstance()));
    wrong("max_duration", shop, offer -> offer.setMaxDuration(seconds(315_576_000_001L)));
    wrong(
        "max_duration",
        shop,
        offer -> offer.setMaxDuration(seconds(315_576_000_000L).toBuilder().setNanos(1)));
    for (String price : List.of("", "-1", "+1", "1.0", "1e3", " 1", "0x1", "1".repeat(79))) {
      wrong("min_price_per_byte_per_second", shop, o -> o.setMinPricePerBytePerSecond(price));
    }
    String beyond = new BigInteger(LARGEST).add(BigInteger.ONE).toString();
    wrong("min_price_per_byte_per_second", shop, o -> o.setMinPricePerBytePerSecond(beyond));
    wrong("max_collateral_per_byte", shop, offer -> offer.setMaxCollateralPerByte(beyond));
    wrong("until", shop, offer -> offer.setUntil(Timestamp.newBuilder().setNanos(-1)));
    Refusal.expect("OFFER_NOT_FOUND", () -> shop.get("a"));
  }

  private static Duration seconds(long seconds) {
    return Duration.newBuilder().setSeconds(seconds).build();
  }

  @Test
  void aShrunkenRepositorySellsNothingMore() {
    shop.put(SalesFixture.offer("a"));
    shop.sold("r", 400, "");
    var shrunk = SERVER.repositories().updateRepository(Requests.updateRepository(shop.id(), 300));
    assertEquals(100, shrunk.getRepository().getOvercommittedBytes());
    assertEquals(List.of("a INSUFFICIENT_STORAGE"), shop.declines(shop.selling("r", 1, "")));
  }
}
