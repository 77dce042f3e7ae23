package dev.holdfast.server.store.sqlite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.server.ledger.Ledger;
import dev.holdfast.server.ledger.NotedWatch;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.rules.Outcome;
import dev.holdfast.server.ledger.rules.Sales;
import dev.holdfast.server.ledger.rules.repositories.CreateRepository;
import dev.holdfast.server.ledger.rules.sales.PutOffer;
import dev.holdfast.server.ledger.rules.slots.Apply;
import dev.holdfast.server.ledger.rules.slots.EndRequest;
import dev.holdfast.server.ledger.rules.slots.ReserveSlot;
import dev.holdfast.server.ledger.rules.slots.Step;
import dev.holdfast.testing.Seed;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One request with very many slots that are reserved here, and one with a hundredth of them. */
class HotRequestTest {
  private static final String REPOSITORY = "default";
  private static final int SLOTS = 100_000;
  private static final int FEWER_SLOTS = SLOTS / 100;
  private static final int SLOTS_AN_APPLY = 10_000;
  private static final int SALES = 20;

  /** In instructions of SQLite: of a request with many reservations some dozens are looked up. */
  private static final long LARGEST_SALE = 5000;

  private static final long LARGEST_RELEASE = 100;

  @TempDir Path directory = Path.of("");

  private final CountedWork work = new CountedWork();
  private @Nullable SqliteStore store;
  private @Nullable Ledger ledger;

  private Ledger ledger() {
    return Objects.requireNonNull(ledger);
  }

  @BeforeEach
  void open() {
    store = work.open(directory);
    ledger = new Ledger(store, () -> 1, 100_000, new NotedWatch());
    ledger().start();
    ledger().run(new CreateRepository(REPOSITORY, Long.MAX_VALUE));
    ledger().run(new PutOffer(REPOSITORY, "offer", Sales.terms(0, 1)));
    reserve("many", SLOTS);
    reserve("fewer", FEWER_SLOTS);
  }

  @AfterEach
  void close() {
    ledger().close();
    Objects.requireNonNull(store).close();
  }

  private void reserve(String requestId, int count) {
    for (int from = 0; from < count; from += SLOTS_AN_APPLY) {
      List<Step> steps = new ArrayList<>();
      for (int i = from; i < Math.min(count, from + SLOTS_AN_APPLY); i++) {
        steps.add(new ReserveSlot(REPOSITORY, new Slot(requestId, i), 1, 0, "reserve"));
      }
      assertInstanceOf(Outcome.ApplyDone.class, ledger().run(new Apply(REPOSITORY, steps, true)));
    }
  }

  /** Sells some slots of a request of which half are reserved, and answers what that took. */
  private long sell(String requestId, long slotCount) {
    long before = work.instructions();
    for (int i = 0; i < SALES; i++) {
      var sold =
          assertInstanceOf(
              Outcome.SaleDone.class,
              ledger()
                  .run(
                      Sales.sell(
                          REPOSITORY, requestId, slotCount, 1, "sale " + i, Seed.VALUE + i)));
      assertNotNull(sold.reservation());
      assertTrue(sold.reservation().slot().slotIndex() >= slotCount / 2);
    }
    return work.instructions() - before;
  }

  private void end(String requestId, int count) {
    long before = work.instructions();
    var ended =
        assertInstanceOf(
            Outcome.SlotsReleaseDone.class,
            ledger().run(new EndRequest(REPOSITORY, requestId, "e")));
    assertEquals(count, ended.releasedCount());
    long instructions = work.instructions() - before;
    assertTrue(instructions < LARGEST_RELEASE * count, "instructions: " + instructions);
  }

  @Test
  void aSaleCostsTheSameAndTheEndAsMuchForEachSlot() {
    long fewer = sell("fewer", 2 * FEWER_SLOTS);
    long many = sell("many", 2 * SLOTS);
    String both = many + " against " + fewer;
    assertTrue(Math.max(many, fewer) < LARGEST_SALE * SALES, "instructions of sales: " + both);
    end("fewer", FEWER_SLOTS + SALES);
    end("many", SLOTS + SALES);
  }
}
