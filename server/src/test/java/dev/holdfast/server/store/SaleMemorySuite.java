package dev.holdfast.server.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.holdfast.server.ledger.StoreRunner;
import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.engine.Recount;
import dev.holdfast.server.ledger.rules.Command;
import dev.holdfast.server.ledger.rules.Outcome;
import dev.holdfast.server.ledger.rules.Rejection;
import dev.holdfast.server.ledger.rules.Sales;
import dev.holdfast.server.ledger.rules.repositories.CreateRepository;
import dev.holdfast.server.ledger.rules.repositories.DeleteRepository;
import dev.holdfast.server.ledger.rules.repositories.ReserveUnassigned;
import dev.holdfast.server.ledger.rules.sales.DeleteOffer;
import dev.holdfast.server.ledger.rules.sales.PutOffer;
import dev.holdfast.server.ledger.rules.slots.EndRequest;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Tests that every engine retains sales through restarts, until they are purged. */
interface SaleMemorySuite extends StoredLedger {
  @Test
  default void whatIsSoldUnderAnOfferOutlivesTheOffer() {
    Command put = new PutOffer(REPOSITORY, "o", Sales.terms(10, 1));
    Command sale = Sales.sell(REPOSITORY, "request", 9, 4, "op", 1);
    StoreRunner.run(store(), List.of(new CreateRepository(REPOSITORY, 10), put, sale), 1);
    reopen();
    assertEquals(4, Objects.requireNonNull(store().offer(REPOSITORY, "o")).soldBytes());
    StoreRunner.run(store(), List.of(new DeleteOffer(REPOSITORY, "o")), 2);
    assertNull(store().offer(REPOSITORY, "o"));
    assertEquals(List.of(), store().offers(REPOSITORY, "", 10));
    assertEquals(
        List.of(new Recount.Sold("o", 4, 4)),
        Objects.requireNonNull(store().recount(REPOSITORY)).offers());
    StoreRunner.run(store(), List.of(put), 3);
    assertEquals(4, Objects.requireNonNull(store().offer(REPOSITORY, "o")).soldBytes());

    StoreRunner.run(store(), List.of(new EndRequest(REPOSITORY, "request", "")), 4);
    assertEquals(0, Objects.requireNonNull(store().offer(REPOSITORY, "o")).soldBytes());
    StoreRunner.run(store(), List.of(new DeleteRepository(REPOSITORY)), 5);
    StoreRunner.run(store(), List.of(new CreateRepository(REPOSITORY, 10)), 6);
    assertEquals(List.of(), store().offers(REPOSITORY, "", 10));
  }

  @Test
  default void aSaleIsKnownAgainWithItsSlot() {
    Command put = new PutOffer(REPOSITORY, "o", Sales.terms(0, 1));
    Command sale = Sales.sell(REPOSITORY, "request", -1, 4, "op", 1);
    StoreRunner.run(store(), List.of(new CreateRepository(REPOSITORY, 10), put), 1);
    List<Outcome> sold = StoreRunner.run(store(), List.of(sale), 2);
    reopen();
    assertEquals(sold, StoreRunner.run(store(), List.of(sale), 3));
    StoreRunner.run(store(), List.of(new EndRequest(REPOSITORY, "request", "")), 4);
    reopen();
    Outcome late = StoreRunner.run(store(), List.of(sale), 5).get(0);
    assertEquals(
        Rejection.Reason.RESERVATION_RELEASED, assertInstanceOf(Rejection.class, late).reason());
  }

  @Test
  default void aSaleIsKnownAsLongAsItsReservationLivesOrItsReleaseIsRemembered() {
    Command put = new PutOffer(REPOSITORY, "o", Sales.terms(0, 1));
    Command sale = Sales.sell(REPOSITORY, "request", 9, 4, "op", 1);
    Command other = new ReserveUnassigned(REPOSITORY, 1, "op");
    StoreRunner.run(store(), List.of(new CreateRepository(REPOSITORY, 99), put, other), 1);
    List<Outcome> sold = StoreRunner.run(store(), List.of(sale), 2);
    assertEquals(3, StoreRunner.purge(store(), 10));
    List<Outcome> again = StoreRunner.run(store(), List.of(sale), 11);
    assertEquals(sold, again);

    Command release = new EndRequest(REPOSITORY, "request", "");
    StoreRunner.run(store(), List.of(release), 20);
    assertEquals(0, StoreRunner.purge(store(), 20));
    Outcome late = StoreRunner.run(store(), List.of(sale), 21).get(0);
    assertEquals(
        Rejection.Reason.RESERVATION_RELEASED, assertInstanceOf(Rejection.class, late).reason());

    assertEquals(1, StoreRunner.purge(store(), 30));
    Outcome anew = StoreRunner.run(store(), List.of(sale), 31).get(0);
    Reservation second =
        Objects.requireNonNull(assertInstanceOf(Outcome.SaleDone.class, anew).reservation());
    assertEquals(5, second.generation(), "decided anew");
  }
}
