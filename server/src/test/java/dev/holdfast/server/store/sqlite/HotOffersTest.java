package dev.holdfast.server.store.sqlite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.server.ledger.StoreRunner;
import dev.holdfast.server.ledger.books.Offer;
import dev.holdfast.server.ledger.books.ReleaseReason;
import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.rules.Command;
import dev.holdfast.server.ledger.rules.Outcome;
import dev.holdfast.server.ledger.rules.Rejection;
import dev.holdfast.server.ledger.rules.Sales;
import dev.holdfast.server.ledger.rules.repositories.CreateRepository;
import dev.holdfast.server.ledger.rules.sales.DeleteOffer;
import dev.holdfast.server.ledger.rules.sales.PutOffer;
import dev.holdfast.server.ledger.rules.slots.ReleaseSlot;
import dev.holdfast.server.ledger.view.LoadedOffers;
import dev.holdfast.testing.Seed;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A repository with as many offers as it may have. */
class HotOffersTest {
  private static final String REPOSITORY = "default";
  private static final int OFFERS = 10_000;
  private static final int SALES = 50;

  /** In instructions of SQLite; to read an offer takes some twenty. */
  private static final long LARGEST_SALE = 5000;

  @TempDir Path directory = Path.of("");

  private final CountedWork work = new CountedWork();
  private @Nullable SqliteStore store;

  @BeforeEach
  void open() {
    store = work.open(directory);
    List<Command> commands = new ArrayList<>();
    commands.add(new CreateRepository(REPOSITORY, Long.MAX_VALUE));
    for (int i = 0; i < OFFERS; i++) {
      // The dearer ones sell the fewer bytes.
      commands.add(new PutOffer(REPOSITORY, "offer-" + i, Sales.terms(OFFERS - i, 1 + i)));
    }
    StoreRunner.run(store(), commands, 1)
        .forEach(outcome -> assertInstanceOf(Outcome.Done.class, outcome));
  }

  @AfterEach
  void close() {
    store().close();
  }

  private SqliteStore store() {
    return Objects.requireNonNull(store);
  }

  private Outcome run(Command command) {
    return StoreRunner.run(store(), List.of(command), 1).get(0);
  }

  private Reservation sell(int number, long bytes) {
    Command sale =
        Sales.sell(REPOSITORY, "request", Long.MAX_VALUE, bytes, "sale " + number, Seed.VALUE);
    return Objects.requireNonNull(
        assertInstanceOf(Outcome.SaleDone.class, run(sale)).reservation());
  }

  @Test
  void aSaleReadsNoneOfThemFromTheFile() {
    sell(0, 1);
    long before = work.instructions();
    for (int i = 1; i <= SALES; i++) {
      // Each has room for one sale, and the dearest that has is taken.
      assertEquals("offer-" + (OFFERS - 100 - (i - 1)), sell(i, 100).offerId());
    }
    long instructions = work.instructions() - before;
    assertTrue(instructions < LARGEST_SALE * SALES, "instructions: " + instructions);
  }

  @Test
  void onlySoManyArePut() {
    Command another = new PutOffer(REPOSITORY, "another", Sales.terms(0, 1));
    Rejection refused = assertInstanceOf(Rejection.class, run(another));
    assertEquals(Rejection.Reason.INVALID_ARGUMENT, refused.reason());
    assertEquals("offer", refused.violations().get(0).field());
    assertInstanceOf(
        Outcome.OfferDone.class, run(new PutOffer(REPOSITORY, "offer-7", Sales.terms(0, 1))));

    Reservation sold = sell(0, 1);
    run(new DeleteOffer(REPOSITORY, sold.offerId()));
    assertInstanceOf(Rejection.class, run(another), "what is sold under it is still counted");
    Command again = new PutOffer(REPOSITORY, sold.offerId(), Sales.terms(0, 1));
    assertInstanceOf(Outcome.OfferDone.class, run(again));
    run(new DeleteOffer(REPOSITORY, sold.offerId()));
    run(
        new ReleaseSlot(
            REPOSITORY, sold.slot(), sold.generation(), ReleaseReason.REQUEST_ENDED, ""));
    assertInstanceOf(Outcome.OfferDone.class, run(another));

    List<Outcome> both =
        StoreRunner.run(
            store(), List.of(new DeleteOffer(REPOSITORY, "another"), again, another), 1);
    assertInstanceOf(Outcome.OfferDone.class, both.get(1), "in one batch");
    assertInstanceOf(Rejection.class, both.get(2), "in one batch");
  }

  @Test
  void theMemoryForThemIsBounded() {
    LoadedOffers many = LoadedOffers.of(terms(OFFERS), Map.of());
    OffersCache cache = new OffersCache();
    int places = OffersCache.LARGEST_COUNT / (OFFERS + 1);
    for (int i = 0; i < places; i++) {
      cache.put("repository-" + i, many);
    }
    assertNotNull(cache.get("repository-0"));
    cache.put("another", many);
    assertNull(cache.get("repository-1"));
    assertNotNull(cache.get("repository-0"));
    cache.put("too large", LoadedOffers.of(terms(OffersCache.LARGEST_COUNT), Map.of()));
    assertNull(cache.get("too large"));
    for (int i = 0; i < OffersCache.LARGEST_COUNT + 10; i++) {
      cache.put("empty-" + i, LoadedOffers.NONE);
    }
    assertNull(cache.get("empty-9"));
    assertEquals(LoadedOffers.NONE, cache.get("empty-10"));
  }

  private static Map<String, Offer.Terms> terms(int count) {
    Map<String, Offer.Terms> terms = new HashMap<>();
    for (int i = 0; i < count; i++) {
      terms.put("offer-" + i, Sales.terms(0, 1));
    }
    return terms;
  }
}
