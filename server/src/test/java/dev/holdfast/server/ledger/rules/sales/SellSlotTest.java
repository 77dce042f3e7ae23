package dev.holdfast.server.ledger.rules.sales;

import static dev.holdfast.server.ledger.rules.Sales.LARGEST;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.server.ledger.books.Offer;
import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.rules.Command;
import dev.holdfast.server.ledger.rules.Decision;
import dev.holdfast.server.ledger.rules.Decline;
import dev.holdfast.server.ledger.rules.Decline.Reason;
import dev.holdfast.server.ledger.rules.Outcome;
import dev.holdfast.server.ledger.rules.Outcome.SaleDone;
import dev.holdfast.server.ledger.rules.Sales;
import dev.holdfast.server.ledger.rules.TinyBooks;
import dev.holdfast.server.ledger.rules.repositories.CreateRepository;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Which offers sell, at, below and above every limit; which of them does, and what it says. */
class SellSlotTest {
  private static final String REPOSITORY = "default";
  private static final long CAPACITY_BYTES = 100;
  private static final long NOW_MICROS = 1_800_000_000_000_000L;
  private static final BigInteger ONE = BigInteger.ONE;

  private TinyBooks books = new TinyBooks();

  @BeforeEach
  void makeRepository() {
    books = new TinyBooks();
    run(new CreateRepository(REPOSITORY, CAPACITY_BYTES));
  }

  private Outcome run(Command command) {
    Decision decision = command.decide(books, NOW_MICROS);
    books.apply(decision.changes(), NOW_MICROS);
    return decision.outcome();
  }

  private SaleDone sell(StorageRequest request, long... excluded) {
    return assertInstanceOf(SaleDone.class, run(Sales.sell(REPOSITORY, request, "", 1, excluded)));
  }

  /**
   * Terms that limit one thing, and a request that differs from the limit by so much.
   *
   * @param declined how much it must differ to be declined
   */
  private record Limit(
      Reason reason,
      int declined,
      Offer.Terms terms,
      BiFunction<Integer, StorageRequest, StorageRequest> asks,
      String detail) {}

  private static final StorageRequest ANY =
      new StorageRequest("r", 9, 20, 5_000_000, LARGEST, BigInteger.ZERO, null);

  private static StorageRequest asking(
      long bytes, long micros, BigInteger price, BigInteger collateral, @Nullable Long end) {
    return new StorageRequest("r", 9, bytes, micros, price, collateral, end);
  }

  private static Offer.Terms terms(
      long total, long least, long most, long micros, BigInteger price) {
    return new Offer.Terms(total, least, most, micros, price, null, null, true);
  }

  private static StorageRequest ofBytes(long bytes) {
    return asking(bytes, 1, LARGEST, BigInteger.ZERO, null);
  }

  private static final BigInteger HALF = BigInteger.TWO.pow(255);

  private static List<Limit> limits() {
    return List.of(
        new Limit(
            Reason.SLOT_TOO_LARGE,
            1,
            terms(0, 0, 20, 0, ONE),
            (by, any) -> ofBytes(20 + by),
            "the slot has 21 bytes, the offer sells at most 20"),
        new Limit(
            Reason.SLOT_TOO_SMALL,
            -1,
            terms(0, 20, 0, 0, ONE),
            (by, any) -> ofBytes(20 + by),
            "the slot has 19 bytes, the offer sells at least 20"),
        new Limit(
            Reason.DURATION_TOO_LONG,
            1,
            terms(0, 0, 0, 5_000_000, ONE),
            (by, any) -> asking(20, 5_000_000 + by, ONE, ONE, null),
            "the space is wanted for 5.000001 s, the offer sells at most 5 s"),
        new Limit(
            Reason.PRICE_TOO_LOW,
            -1,
            terms(0, 0, 0, 0, HALF),
            (by, any) -> asking(20, 1, HALF.add(BigInteger.valueOf(by)), ONE, null),
            "the request pays "
                + HALF.subtract(ONE)
                + " a byte and second, the offer takes at least "
                + HALF),
        new Limit(
            Reason.COLLATERAL_TOO_HIGH,
            1,
            new Offer.Terms(0, 0, 0, 0, ONE, LARGEST.subtract(ONE), null, true),
            (by, any) ->
                asking(20, 1, ONE, LARGEST.subtract(ONE).add(BigInteger.valueOf(by)), null),
            "the request wants a collateral of "
                + LARGEST
                + " a byte, the offer puts up at most "
                + LARGEST.subtract(ONE)),
        new Limit(
            Reason.OFFER_ENDS_TOO_EARLY,
            1,
            new Offer.Terms(0, 0, 0, 0, ONE, null, NOW_MICROS + 7, true),
            (by, any) -> asking(20, 99, ONE, ONE, NOW_MICROS + 7 + by),
            "the request ends at 2027-01-15T08:00:00.000008Z, the offer at"
                + " 2027-01-15T08:00:00.000007Z"),
        new Limit(
            Reason.OFFER_ENDS_TOO_EARLY,
            1,
            new Offer.Terms(0, 0, 0, 0, ONE, null, NOW_MICROS + 7, true),
            (by, any) -> asking(20, 7 + by, ONE, ONE, null),
            "the request ends at 2027-01-15T08:00:00.000008Z, the offer at"
                + " 2027-01-15T08:00:00.000007Z"),
        new Limit(
            Reason.OFFER_SOLD_OUT,
            1,
            terms(50, 0, 0, 0, ONE),
            (by, any) -> ofBytes(20 + by),
            "the slot has 21 bytes, the offer has 20 left: of its 50 are 30 sold"),
        new Limit(
            Reason.INSUFFICIENT_STORAGE,
            1,
            terms(0, 0, 0, 0, ONE),
            (by, any) -> ofBytes(70 + by),
            "the slot has 71 bytes, repository default has 70 available: of its 100 are 30"
                + " reserved"));
  }

  @TestFactory
  Stream<DynamicTest> everyLimitIsMetBelowAtAndAbove() {
    return limits().stream()
        .flatMap(
            limit ->
                Stream.of(-1, 0, 1)
                    .map(
                        by ->
                            DynamicTest.dynamicTest(
                                limit.reason() + " " + by, () -> check(limit, by))));
  }

  private void check(Limit limit, int by) {
    makeRepository();
    run(new PutOffer(REPOSITORY, "o", Sales.terms(0, 1)));
    assertNotNull(sell(asking(30, 1, ONE, ONE, null)).reservation());
    run(new PutOffer(REPOSITORY, "o", limit.terms()));
    SaleDone done = sell(limit.asks().apply(by, ANY));
    if (by == limit.declined()) {
      assertNull(done.reservation());
      assertEquals(List.of(new Decline("o", limit.reason(), limit.detail())), done.declines());
      assertEquals(70, done.availableBytes());
    } else {
      assertEquals("o", Objects.requireNonNull(done.reservation()).offerId());
      assertEquals(List.of(), done.declines());
    }
  }

  @Test
  void theFirstReasonThatAppliesIsTold() {
    Offer.Terms never = new Offer.Terms(1, 19, 18, 1, LARGEST, BigInteger.ZERO, 1L, false);
    StorageRequest request = asking(101, 2, BigInteger.ZERO, ONE, null);
    List<Offer.Terms> steps =
        List.of(
            never,
            new Offer.Terms(1, 102, 18, 1, LARGEST, BigInteger.ZERO, 1L, true),
            new Offer.Terms(1, 102, 0, 1, LARGEST, BigInteger.ZERO, 1L, true),
            new Offer.Terms(1, 0, 0, 1, LARGEST, BigInteger.ZERO, 1L, true),
            new Offer.Terms(1, 0, 0, 0, LARGEST, BigInteger.ZERO, 1L, true),
            new Offer.Terms(1, 0, 0, 0, BigInteger.ZERO, BigInteger.ZERO, 1L, true),
            new Offer.Terms(1, 0, 0, 0, BigInteger.ZERO, null, 1L, true),
            new Offer.Terms(1, 0, 0, 0, BigInteger.ZERO, null, null, true),
            new Offer.Terms(0, 0, 0, 0, BigInteger.ZERO, null, null, true));
    List<Reason> told = new ArrayList<>();
    for (Offer.Terms terms : steps) {
      run(new PutOffer(REPOSITORY, "o", terms));
      told.add(sell(request).declines().get(0).reason());
    }
    List<Reason> inOrder = List.copyOf(EnumSet.range(Reason.DISABLED, Reason.INSUFFICIENT_STORAGE));
    assertEquals(inOrder, told);
  }

  @Test
  void theDearestOfferThatMatchesSells_andOfThoseTheSmallestId() {
    run(new PutOffer(REPOSITORY, "b", Sales.terms(0, 9)));
    run(new PutOffer(REPOSITORY, "a", Sales.terms(0, 8)));
    run(new PutOffer(REPOSITORY, "d", Sales.terms(0, 10)));
    run(new PutOffer(REPOSITORY, "c", Sales.terms(0, 10)));
    run(new PutOffer(REPOSITORY, "e", terms(0, 0, 0, 0, BigInteger.valueOf(11))));
    BigInteger ten = BigInteger.TEN;
    assertEquals(
        "c", Objects.requireNonNull(sell(asking(1, 1, ten, ONE, null)).reservation()).offerId());
    BigInteger nine = BigInteger.valueOf(9);
    assertEquals(
        "b", Objects.requireNonNull(sell(asking(1, 1, nine, ONE, null)).reservation()).offerId());
  }

  @Test
  void everyOfferDeclinesById_thenWhatIsOfNone() {
    StorageRequest request = asking(1, 1, BigInteger.ZERO, ONE, null);
    assertEquals(
        List.of(new Decline("", Reason.NO_OFFERS, "repository default has no offers")),
        sell(request).declines());
    run(new PutOffer(REPOSITORY, "b", Sales.terms(0, 1)));
    run(new PutOffer(REPOSITORY, "a", Sales.terms(0, 1)));
    SaleDone done = sell(request, 0, 1, 2, 3, 4, 5, 6, 7, 8);
    assertEquals(
        List.of("a PRICE_TOO_LOW", "b PRICE_TOO_LOW", " NO_FREE_SLOT"),
        done.declines().stream().map(one -> one.offerId() + " " + one.reason()).toList());
  }

  @Test
  void aRequestThatHasEndedIsDeclinedWhateverTheOffersSay() {
    StorageRequest over = asking(20, 1, ONE, ONE, NOW_MICROS);
    Decline ended =
        new Decline(
            "",
            Reason.REQUEST_ENDED,
            "the request ended at 2027-01-15T08:00:00Z, and now it is 2027-01-15T08:00:00Z");
    assertEquals(List.of(Reason.REQUEST_ENDED, Reason.NO_OFFERS), reasons(sell(over)));
    run(new PutOffer(REPOSITORY, "o", Sales.terms(0, 1)));
    SaleDone done = sell(over);
    assertNull(done.reservation());
    assertEquals(List.of(ended), done.declines());
    assertEquals(CAPACITY_BYTES, done.availableBytes());
    assertNotNull(sell(asking(20, 1, ONE, ONE, NOW_MICROS + 1)).reservation());
    run(new PutOffer(REPOSITORY, "o", new Offer.Terms(0, 0, 0, 0, ONE, null, 5L, true)));
    assertEquals(
        List.of(Reason.OFFER_ENDS_TOO_EARLY, Reason.REQUEST_ENDED, Reason.NO_FREE_SLOT),
        reasons(sell(over, 0, 1, 2, 3, 4, 5, 6, 7, 8)));
  }

  private static List<Reason> reasons(SaleDone done) {
    return done.declines().stream().map(Decline::reason).toList();
  }

  @Test
  void aSaleThatIsSentAgainAfterItsRequestEndedIsAnsweredAsItWas() {
    run(new PutOffer(REPOSITORY, "o", Sales.terms(0, 1)));
    SellSlot sale = Sales.sell(REPOSITORY, asking(20, 1, ONE, ONE, NOW_MICROS + 1), "id", 1);
    Outcome sold = run(sale);
    assertEquals(sold, sale.decide(books, NOW_MICROS + 1).outcome());
  }

  @Test
  void anOfferWhoseUntilIsPastSellsNothing() {
    run(
        new PutOffer(
            REPOSITORY, "o", new Offer.Terms(0, 0, 0, 0, ONE, null, NOW_MICROS - 1, true)));
    for (Long end : new Long[] {null, NOW_MICROS - 1, NOW_MICROS, NOW_MICROS + 1}) {
      SaleDone done = sell(asking(20, 1, ONE, ONE, end));
      assertNull(done.reservation(), () -> "end " + end);
    }
  }

  @Test
  void whereNoSlotIsFreeNothingIsSoldThoughAnOfferMatches() {
    run(new PutOffer(REPOSITORY, "o", Sales.terms(0, 1)));
    run(new PutOffer(REPOSITORY, "p", new Offer.Terms(0, 0, 0, 0, ONE, null, null, false)));
    assertNotNull(sell(ANY, 0, 1, 2, 3, 4, 5, 6, 7).reservation());
    SaleDone done = sell(ANY, 0, 1, 2, 3, 4, 5, 6, 7);
    assertEquals(
        List.of(
            new Decline("p", Reason.DISABLED, "the offer is not enabled"),
            new Decline(
                "",
                Reason.NO_FREE_SLOT,
                "of the request's 9 slots 8 are excluded, and 1 of the others reserved here")),
        done.declines());
  }

  @Test
  void validatingAnswersWhatWouldBe() {
    run(new PutOffer(REPOSITORY, "o", Sales.terms(0, 1)));
    SellSlot sale = Sales.withLease(Sales.sell(REPOSITORY, ANY, "id", 3), 60);
    Decision decision = Sales.validating(sale).decide(books, NOW_MICROS);
    assertTrue(decision.changes().isEmpty());
    SaleDone would = assertInstanceOf(SaleDone.class, decision.outcome());
    Reservation reservation = Objects.requireNonNull(would.reservation());
    assertEquals(0, reservation.generation());
    assertEquals(80, would.availableBytes());
    SaleDone sold = assertInstanceOf(SaleDone.class, run(sale));
    assertEquals(80, sold.availableBytes());
    assertEquals(reservation.slot(), Objects.requireNonNull(sold.reservation()).slot());
    assertEquals(reservation.leaseExpireMicros(), sold.reservation().leaseExpireMicros());
  }

  @Test
  void anOfferThatIsSoldBeyondItsTotalSellsNothingMore() {
    run(new PutOffer(REPOSITORY, "o", Sales.terms(0, 1)));
    assertNotNull(sell(ANY).reservation());
    run(new PutOffer(REPOSITORY, "o", Sales.terms(10, 1)));
    assertEquals(
        "the slot has 20 bytes, the offer has 0 left: of its 10 are 20 sold",
        sell(ANY).declines().get(0).detail());
  }
}
