package dev.holdfast.server.store;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.server.ledger.MemoryStore;
import dev.holdfast.server.ledger.StoreRunner;
import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.books.SlotHistory;
import dev.holdfast.server.ledger.books.Value;
import dev.holdfast.server.ledger.engine.EventsQuery;
import dev.holdfast.server.ledger.engine.LedgerReads.ReservationsPage;
import dev.holdfast.server.ledger.engine.LedgerReads.ReservationsQuery;
import dev.holdfast.server.ledger.engine.LedgerStore;
import dev.holdfast.server.ledger.rules.Command;
import dev.holdfast.server.ledger.rules.Outcome;
import dev.holdfast.server.ledger.rules.repositories.CreateRepository;
import dev.holdfast.server.ledger.rules.repositories.DeleteKey;
import dev.holdfast.server.ledger.rules.repositories.DeleteRepository;
import dev.holdfast.server.ledger.rules.repositories.PutValue;
import dev.holdfast.server.ledger.rules.slots.EndRequest;
import dev.holdfast.server.ledger.view.ReadSet;
import dev.holdfast.testing.Seed;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Tests that every engine must pass: the same outcomes and state as {@link MemoryStore} under
 * random commands, and the data that an engine must retain.
 */
public abstract class LedgerStoreSuite implements ReleaseMemorySuite, SaleMemorySuite {
  private LedgerStore store = new MemoryStore();

  /** Opens the engine, again on what the test wrote before where it did. */
  protected abstract LedgerStore open();

  @BeforeEach
  void openFirst() {
    store = open();
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Override
  public final LedgerStore store() {
    return store;
  }

  @Override
  public final void reopen() {
    store.close();
    store = open();
  }

  @Test
  void answersAndKeepsTheSameAsMemoryDoes() {
    compareWithMemory(new RandomCommands(new Random(Seed.VALUE), 12), 600, 8);
  }

  @Test
  void doesSoWithLargeBatches() {
    compareWithMemory(new RandomCommands(new Random(Seed.VALUE + 1), 400), 12, 700);
  }

  private void compareWithMemory(RandomCommands commands, int batches, int largest) {
    new MemoryComparison(this).run(commands, batches, largest);
  }

  @Test
  void oneBatchChangesManySlots() {
    int count = 12_000;
    List<Command> reserves = new ArrayList<>(List.of(new CreateRepository(REPOSITORY, count)));
    for (int i = 0; i < count; i++) {
      reserves.add(StoredLedger.reserve(new Slot("request", i)));
    }
    StoreRunner.run(store, reserves, 1);
    assertEquals(count, Objects.requireNonNull(store.repository(REPOSITORY)).reservationCount());
    StoreRunner.run(store, List.of(new EndRequest(REPOSITORY, "request", "end")), 2);
    assertEquals(0, Objects.requireNonNull(store.repository(REPOSITORY)).reservationCount());
    assertEquals(List.of(), Objects.requireNonNull(store.recount(REPOSITORY)).problems());
  }

  @Test
  void whatIsNotCommittedLeavesNoTrace() {
    StoreRunner.run(store, List.of(new CreateRepository(REPOSITORY, 10)), 1);
    StoreRunner.runWithoutCommit(store, List.of(StoredLedger.reserve(SLOT)), 2);
    assertNull(store.reservation(REPOSITORY, SLOT));
    assertEquals(1, Objects.requireNonNull(store.repository(REPOSITORY)).revision());
    StoreRunner.run(store, List.of(StoredLedger.reserve(SLOT)), 3);
    assertEquals(2, Objects.requireNonNull(store.reservation(REPOSITORY, SLOT)).generation());
    assertEquals(List.of(), Objects.requireNonNull(store.recount(REPOSITORY)).problems());
  }

  @Test
  void whatIsCommittedIsThereAgainAfterOpening() {
    StoreRunner.run(
        store, List.of(new CreateRepository(REPOSITORY, 10), StoredLedger.reserve(SLOT)), 1);
    Reservation before = store.reservation(REPOSITORY, SLOT);
    reopen();
    assertEquals(before, store.reservation(REPOSITORY, SLOT));
  }

  @Test
  void whatWasNotAskedForIsNotAnswered() {
    StoreRunner.run(
        store, List.of(new CreateRepository(REPOSITORY, 10), StoredLedger.reserve(SLOT)), 1);
    ReadSet reads = new ReadSet(REPOSITORY);
    reads.slot(SLOT, 7, "id");
    try (LedgerStore.Transaction transaction = StoreRunner.begin(store, REPOSITORY)) {
      var books = transaction.load(reads, 0).books();
      assertNull(books.released(SLOT, 7));
      assertNull(books.operation(SLOT, "id"));
      assertThrows(IllegalStateException.class, () -> books.released(SLOT, 8));
      assertThrows(IllegalStateException.class, () -> books.operation(SLOT, "op"));
      assertThrows(IllegalStateException.class, () -> books.slot(new Slot("request", 1)));
    }
  }

  @Test
  void pagesAreWholeAndInOrder() {
    List<Command> commands = new ArrayList<>(List.of(new CreateRepository(REPOSITORY, 1000)));
    List<Slot> slots = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      slots.add(new Slot(i % 3 == 0 ? "0x" + "%02x".formatted(i).repeat(32) : "r" + i % 7, i));
    }
    slots.forEach(slot -> commands.add(StoredLedger.reserve(slot)));
    StoreRunner.run(store, commands, 1);
    List<Slot> found = new ArrayList<>();
    ReservationsQuery query = new ReservationsQuery(REPOSITORY, null, null, null, 7);
    ReservationsPage page = store.reservations(query);
    while (page.last() != null) {
      assertEquals(7, page.reservations().size());
      page.reservations().forEach(reservation -> found.add(reservation.slot()));
      page = store.reservations(query.behind(page.last()));
    }
    page.reservations().forEach(reservation -> found.add(reservation.slot()));
    assertEquals(slots.stream().sorted().toList(), found);
    ReservationsQuery ofOne = new ReservationsQuery(REPOSITORY, "r4", null, null, 100);
    assertTrue(
        store.reservations(ofOne).reservations().stream()
            .allMatch(one -> one.slot().requestId().equals("r4")));
    assertEquals(
        slots.stream().filter(slot -> slot.requestId().equals("r4")).count(),
        store.reservations(ofOne).reservations().size());
  }

  @Test
  void valuesOfEverySizeComeBackAsTheyWere() {
    List<Command> commands = new ArrayList<>(List.of(new CreateRepository(REPOSITORY, 10)));
    for (int size : new int[] {0, 1, 4096, 1 << 20}) {
      byte[] value = new byte[size];
      Seed.random().nextBytes(value);
      commands.add(new PutValue(REPOSITORY, "key " + size, new Value(value), 0L));
    }
    StoreRunner.run(store, commands, 5);
    reopen();
    for (Command command : commands.subList(1, commands.size())) {
      PutValue put = (PutValue) command;
      assertEquals(put.value(), requireNonNull(store.entry(REPOSITORY, put.key())).value());
    }
    assertEquals(List.of("key 0", "key 1"), store.keys(REPOSITORY, "key", "", 2));
  }

  @Test
  void versionsGoOnWhateverIsDeletedAndHoweverOftenItIsOpened() {
    List<Command> commands =
        List.of(
            new CreateRepository(REPOSITORY, 10),
            new PutValue(REPOSITORY, "key", new Value(new byte[1]), 0L),
            new DeleteKey(REPOSITORY, "key", null),
            new DeleteRepository(REPOSITORY));
    for (int round = 0; round < 3; round++) {
      for (Command command : commands) {
        Outcome outcome = StoreRunner.run(store, List.of(command), round).get(0);
        assertInstanceOf(Outcome.Done.class, outcome);
        if (command instanceof PutValue) {
          assertEquals(new Outcome.PutDone(round + 1), outcome);
        }
        reopen();
      }
    }
  }

  @Test
  void whatNeverWasIsNotThere() {
    assertNull(store.entry(REPOSITORY, "key"));
    assertEquals(List.of(), store.keys(REPOSITORY, "", "", 10));
    assertEquals(List.of(), MemoryComparison.surveyed(store, REPOSITORY, 0));
    assertNull(store.events(EventsQuery.all(REPOSITORY, 0, 10)));
    assertNull(store.repository(REPOSITORY));
    assertNull(store.reservation(REPOSITORY, SLOT));
    assertNull(store.recount(REPOSITORY));
    assertEquals(List.of(), store.repositories("", 10));
    assertEquals(List.of(), store.expiredLeases(Long.MAX_VALUE, 10));
    ReadSet reads = new ReadSet(REPOSITORY);
    reads.slot(SLOT);
    try (LedgerStore.Transaction transaction = StoreRunner.begin(store, REPOSITORY)) {
      assertNull(transaction.load(reads, 0).books().repository());
      assertEquals(SlotHistory.NONE, transaction.load(reads, 0).books().slot(SLOT));
    }
  }
}
