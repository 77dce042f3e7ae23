package dev.holdfast.server.ledger.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.server.ledger.books.Change;
import dev.holdfast.server.ledger.books.Offer;
import dev.holdfast.server.ledger.books.ReleaseReason;
import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.rules.Outcome.SaleDone;
import dev.holdfast.server.ledger.rules.repositories.CreateRepository;
import dev.holdfast.server.ledger.rules.sales.DeleteOffer;
import dev.holdfast.server.ledger.rules.sales.PutOffer;
import dev.holdfast.server.ledger.rules.sales.SellSlot;
import dev.holdfast.server.ledger.rules.sales.StorageRequest;
import dev.holdfast.server.ledger.rules.slots.EndRequest;
import dev.holdfast.server.ledger.rules.slots.ExpireLeases;
import dev.holdfast.server.ledger.rules.slots.FillSlot;
import dev.holdfast.server.ledger.rules.slots.ReleaseSlot;
import dev.holdfast.server.ledger.rules.slots.ReserveSlot;
import dev.holdfast.server.ledger.view.Draft;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * The rules on every sequence of sales and what becomes of them, up to a length, over a request of
 * two slots and two offers, one of which is deleted and made again. Sums that the server keeps are
 * compared with counted ones after every step.
 *
 * <p>{@code -Dholdfast.sequence.length=6} looks further than the suite does, for some minutes.
 */
class EverySaleTest {
  private static final String REPOSITORY = "default";
  private static final long CAPACITY_BYTES = 5;
  private static final Slot FIRST = new Slot("request", 0);
  private static final long LEASE_MICROS = 10;
  private static final Offer.Terms CHEAP = Sales.terms(0, 1);
  private static final Offer.Terms DEAR = Sales.terms(2, 2);

  private record Sent(String name, boolean later, Command command) {}

  private static final List<Sent> MESSAGES =
      List.of(
          sent("sell 2 bytes", sell(2, 2, "a")),
          sent("sell 2 bytes at another seed and lease", seeded(sell(2, 2, "a"))),
          sent("sell 2 bytes, other id", sell(2, 2, "b")),
          sent("sell 1 byte, cheap", sell(1, 1, "b")),
          sent("sell 2nd only, no id", sell(2, 2, "", 0)),
          sent("reserve 1st", new ReserveSlot(REPOSITORY, FIRST, 1, 0, "a")),
          sent("fill 1st", new FillSlot(REPOSITORY, FIRST, 0, "f")),
          sent(
              "release 1st",
              new ReleaseSlot(REPOSITORY, FIRST, 0, ReleaseReason.REQUEST_ENDED, "")),
          sent("request ended", new EndRequest(REPOSITORY, "request", "b")),
          new Sent("leases run out", true, new DeleteOffer(REPOSITORY, "none")),
          sent("delete dear", new DeleteOffer(REPOSITORY, "dear")),
          sent("put dear", new PutOffer(REPOSITORY, "dear", DEAR)));

  private static Sent sent(String name, Command command) {
    return new Sent(name, false, command);
  }

  private static SellSlot sell(long bytes, long price, String id, long... excluded) {
    BigInteger paid = BigInteger.valueOf(price);
    StorageRequest request =
        new StorageRequest("request", 2, bytes, 1, paid, BigInteger.ZERO, null);
    return Sales.withLease(Sales.sell(REPOSITORY, request, id, 1, excluded), LEASE_MICROS);
  }

  private static SellSlot seeded(SellSlot sale) {
    return Sales.sell(REPOSITORY, sale.request(), sale.operationId(), 2);
  }

  @Test
  void soldBytesAreWhatIsSoldAfterEverySequence() {
    World world = new World();
    world.send(new CreateRepository(REPOSITORY, CAPACITY_BYTES), false);
    world.send(new PutOffer(REPOSITORY, "cheap", CHEAP), false);
    world.send(new PutOffer(REPOSITORY, "dear", DEAR), false);
    new Sequences<World, Sent>(
            MESSAGES,
            Sent::name,
            World::new,
            (next, sent) -> next.send(sent.later() ? next.sweep() : sent.command(), sent.later()))
        .explore(world);
  }

  private static final class World {
    private final TinyBooks books;
    private final Map<String, Long> soldBytes;
    private final Map<String, SellSlot> sales;
    private final Map<String, Reservation> sold;
    private final Set<Long> released;
    private long nowMicros;

    World() {
      books = new TinyBooks();
      soldBytes = new HashMap<>();
      sales = new HashMap<>();
      sold = new HashMap<>();
      released = new HashSet<>();
    }

    World(World other) {
      books = other.books.copy();
      soldBytes = new HashMap<>(other.soldBytes);
      sales = new HashMap<>(other.sales);
      sold = new HashMap<>(other.sold);
      released = new HashSet<>(other.released);
      nowMicros = other.nowMicros;
    }

    Command sweep() {
      return new ExpireLeases(
          REPOSITORY,
          books.current().stream()
              .map(now -> new ExpireLeases.Expired(now.slot(), now.generation()))
              .toList());
    }

    void send(Command command, boolean later) {
      nowMicros += later ? LEASE_MICROS : 0;
      Draft draft = new Draft(REPOSITORY, books.copy(), nowMicros);
      List<Offer> offers = books.offers();
      Set<Slot> taken = new HashSet<>();
      books.current().forEach(now -> taken.add(now.slot()));
      Decision decision = command.decide(books, nowMicros);
      if (command instanceof SellSlot sale) {
        check(sale, decision, offers, taken);
      }
      for (Change change : decision.changes()) {
        draft.apply(change);
        if (change instanceof Change.SlotReleased gone) {
          released.add(gone.released().reservation().generation());
        }
      }
      books.apply(decision.changes(), nowMicros);
      assertEquals(books.offers(), draft.offers());
      checkSums(draft);
    }

    /** The differences that the server books add up to what can be counted. */
    private void checkSums(Draft draft) {
      draft
          .delta()
          .offers()
          .soldBytes()
          .forEach((id, more) -> soldBytes.merge(id, more, Long::sum));
      for (String id : List.of("cheap", "dear")) {
        assertEquals(books.soldBytes(id), soldBytes.getOrDefault(id, 0L), id);
      }
      assertTrue(books.soldBytes("dear") <= DEAR.totalBytes(), "no more than was offered");
      Repository repository = Objects.requireNonNull(books.repository());
      assertTrue(repository.reservedBytes() <= CAPACITY_BYTES, "never oversold");
    }

    private void check(SellSlot sale, Decision decision, List<Offer> offers, Set<Slot> taken) {
      String id = sale.operationId();
      if (sold.containsKey(id)) {
        assertTrue(decision.changes().isEmpty(), "sent again it changes nothing");
        checkReplay(sale, decision.outcome());
      } else if (decision.outcome() instanceof SaleDone done && done.reservation() != null) {
        Reservation reservation = done.reservation();
        assertFalse(taken.contains(reservation.slot()), "a slot that is free");
        assertTrue(
            sale.choice().excluded().rank(reservation.slot().slotIndex()).isPresent(),
            "a slot that is not excluded");
        Offer best = best(sale, offers);
        assertEquals(best.id(), reservation.offerId(), "under the dearest offer that matches");
        if (!id.isEmpty()) {
          sold.put(id, reservation);
          sales.put(id, sale);
        }
      } else if (decision.outcome() instanceof SaleDone done) {
        assertFalse(done.declines().isEmpty(), "not selling says why");
        assertTrue(decision.changes().isEmpty(), "not selling changes nothing");
      } else {
        Rejection rejection = assertInstanceOf(Rejection.class, decision.outcome());
        assertEquals(Rejection.Reason.OPERATION_ID_REUSED, rejection.reason());
        assertEquals("rpc", rejection.facts().get("field"));
      }
    }

    private void checkReplay(SellSlot sale, Outcome outcome) {
      Reservation first = Objects.requireNonNull(sold.get(sale.operationId()));
      SellSlot before = Objects.requireNonNull(sales.get(sale.operationId()));
      if (!before.fields().equals(sale.fields())) {
        Rejection rejection = assertInstanceOf(Rejection.class, outcome);
        assertEquals(Rejection.Reason.OPERATION_ID_REUSED, rejection.reason());
      } else if (released.contains(first.generation())) {
        Rejection rejection = assertInstanceOf(Rejection.class, outcome);
        assertEquals(Rejection.Reason.RESERVATION_RELEASED, rejection.reason());
        assertEquals(Long.toString(first.generation()), rejection.facts().get("generation"));
      } else {
        SaleDone again = assertInstanceOf(SaleDone.class, outcome);
        Reservation now = Objects.requireNonNull(again.reservation());
        assertEquals(first.slot(), now.slot());
        assertEquals(first.generation(), now.generation());
        assertEquals(first.offerId(), now.offerId());
      }
    }

    /** Of two offers that differ in nothing but price and total. */
    private Offer best(SellSlot sale, List<Offer> offers) {
      long bytes = sale.request().slotSizeBytes();
      return offers.stream()
          .filter(offer -> offer.terms().minPrice().compareTo(sale.request().price()) <= 0)
          .filter(
              offer ->
                  offer.terms().totalBytes() == 0
                      || offer.soldBytes() + bytes <= offer.terms().totalBytes())
          .reduce((cheap, dear) -> dear)
          .orElseThrow();
    }
  }
}
