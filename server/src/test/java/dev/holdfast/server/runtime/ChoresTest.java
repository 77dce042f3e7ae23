package dev.holdfast.server.runtime;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.holdfast.server.ledger.FaultyStore;
import dev.holdfast.server.ledger.Ledger;
import dev.holdfast.server.ledger.NotedWatch;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.rules.CreateRepository;
import dev.holdfast.server.ledger.rules.ReserveSlot;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What is scheduled for later does not hold up the end of the server. */
class ChoresTest {
  private static final Slot SLOT = new Slot("request", 0);
  private static final long LEASE_MICROS = 60_000_000;

  @Test
  void aServerThatEndsDoesNotWaitForTheGraceOfItsStart() {
    NotedWatch watch = new NotedWatch();
    AtomicLong nowMicros = new AtomicLong(1);
    try (FaultyStore store = new FaultyStore();
        Ledger ledger = new Ledger(store, nowMicros::get, 1000, watch)) {
      ledger.start();
      ledger.run(new CreateRepository("default", 1000));
      ledger.run(new ReserveSlot("default", SLOT, 1, LEASE_MICROS, ""));
      nowMicros.addAndGet(LEASE_MICROS / 2);
      Chores chores = new Chores(ledger, Duration.ofDays(7), watch);
      chores.begin();
      chores.close();
      assertEquals(
          1 + LEASE_MICROS,
          requireNonNull(store.reservation("default", SLOT)).leaseExpireMicros(),
          "the grace was given");
      assertEquals(List.of(), watch.notes());
    }
  }
}
