package dev.holdfast.server.store;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.holdfast.server.ledger.MemoryStore;
import dev.holdfast.server.ledger.StoreRunner;
import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.engine.EventsPage;
import dev.holdfast.server.ledger.engine.EventsQuery;
import dev.holdfast.server.ledger.engine.LedgerReads.ReservationsQuery;
import dev.holdfast.server.ledger.engine.LedgerStore;
import dev.holdfast.server.ledger.rules.Command;
import dev.holdfast.server.ledger.rules.Outcome;
import dev.holdfast.server.ledger.view.LoadedBooks;
import dev.holdfast.server.ledger.view.ReadSet;
import dev.holdfast.server.ledger.view.RepositoryVisitor;
import dev.holdfast.testing.Seed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;

/**
 * An engine and {@link MemoryStore} under the same random commands: the same outcomes, and the same
 * books to read afterwards.
 */
final class MemoryComparison {
  private final StoredLedger ledger;

  MemoryComparison(StoredLedger ledger) {
    this.ledger = ledger;
  }

  /** Runs random batches on both, and fails at the first difference. */
  void run(RandomCommands commands, int batches, int largest) {
    MemoryStore memory = new MemoryStore();
    Random random = new Random(Seed.VALUE);
    long nowMicros = 1_000_000;
    for (int i = 0; i < batches; i++) {
      nowMicros += random.nextInt(3_000_000);
      List<Command> batch = commands.next(random.nextInt(1, largest));
      List<Outcome> expected = StoreRunner.run(memory, batch, nowMicros);
      assertEquals(
          expected, StoreRunner.run(ledger.store(), batch, nowMicros), "batch " + i + " " + batch);
      commands.learn(expected);
      if (random.nextInt(10) == 0) {
        // Sometimes all of it.
        long before = random.nextInt(3) == 0 ? nowMicros + 1 : nowMicros - 20_000_000;
        int forgotten = StoreRunner.purge(memory, before);
        assertEquals(
            forgotten, StoreRunner.purge(ledger.store(), before), "forgotten after batch " + i);
      }
      if (random.nextInt(10) == 0) {
        // Now and then the clock is set too, but never so that times go back.
        long byMicros = random.nextInt(3) == 0 ? random.nextInt(5_000_000) : 0;
        nowMicros += byMicros;
        memory.maintenance().adjustLeases(byMicros, nowMicros, 2_000_000);
        ledger.store().maintenance().adjustLeases(byMicros, nowMicros, 2_000_000);
      }
      if (random.nextInt(50) == 0) {
        ledger.reopen();
      }
      for (Command sweep : memory.expiredLeases(nowMicros, Integer.MAX_VALUE)) {
        List<Outcome> swept = StoreRunner.run(memory, List.of(sweep), nowMicros);
        List<? extends Command> found = ledger.store().expiredLeases(nowMicros, Integer.MAX_VALUE);
        long count =
            found.stream().filter(one -> one.repositoryId().equals(sweep.repositoryId())).count();
        assertEquals(1, count);
        assertEquals(swept, StoreRunner.run(ledger.store(), List.of(sweep), nowMicros));
      }
      if (i % 20 == 0) {
        compareBooks(memory, commands);
      }
    }
    compareBooks(memory, commands);
  }

  private void compareBooks(MemoryStore memory, RandomCommands commands) {
    List<Repository> repositories = memory.repositories("", 100);
    assertEquals(repositories, ledger.store().repositories("", 100));
    for (Repository repository : repositories) {
      String id = repository.id();
      assertEquals(repository, ledger.store().repository(id));
      assertEquals(memory.recount(id), ledger.store().recount(id));
      assertEquals(List.of(), Objects.requireNonNull(ledger.store().recount(id)).problems());
      assertEquals(memory.offers(id, "", 100), ledger.store().offers(id, "", 100));
      for (Boolean filled : new Boolean[] {null, true, false}) {
        ReservationsQuery query = new ReservationsQuery(id, null, filled, null, 10_000);
        assertEquals(memory.reservations(query), ledger.store().reservations(query));
      }
    }
    for (String id : commands.repositoryIds()) {
      compareKeys(memory, id, commands.keys());
      for (long revision : new long[] {0, 1, 100}) {
        assertEquals(surveyed(memory, id, revision), surveyed(ledger.store(), id, revision));
      }
      compareEvents(memory, id, commands);
      for (String requestId : commands.requestIds()) {
        assertEquals(reserved(memory, id, requestId), reserved(ledger.store(), id, requestId));
      }
      ReadSet reads = new ReadSet(id);
      commands.slots().forEach(reads::slot);
      for (Slot slot : commands.slots()) {
        commands.operationIds().forEach(operation -> reads.slot(slot, 0, operation));
        commands.someGenerations(20).forEach(generation -> reads.slot(slot, generation, ""));
      }
      commands.requestIds().forEach(one -> reads.request(one, ReadSet.MAX_LOADED_SLOTS));
      commands.slots().forEach(one -> reads.drawn(one.requestId(), new long[] {one.slotIndex()}));
      reads.offers();
      commands.operations().forEach(reads::operation);
      commands.keys().forEach(reads::key);
      reads.keyCount();
      assertEquals(seen(memory, reads), seen(ledger.store(), reads));
    }
  }

  private void compareKeys(LedgerStore memory, String id, List<String> keys) {
    for (String key : keys) {
      assertEquals(memory.entry(id, key), ledger.store().entry(id, key), key);
      assertEquals(memory.keys(id, key, "", 100), ledger.store().keys(id, key, "", 100), key);
      assertEquals(memory.keys(id, "", key, 2), ledger.store().keys(id, "", key, 2), key);
    }
  }

  private static List<Long> reserved(LedgerStore store, String id, String requestId) {
    List<Long> indexes = new ArrayList<>();
    store.reservedIndexes(id, requestId, indexes::add);
    return indexes;
  }

  static List<Object> surveyed(LedgerStore store, String id, long afterRevision) {
    List<Object> seen = new ArrayList<>();
    store.visitRepository(
        id,
        afterRevision,
        new RepositoryVisitor() {
          @Override
          public void repository(Repository repository) {
            seen.add(repository);
          }

          @Override
          public void event(Event event) {
            seen.add(event);
          }

          @Override
          public void reservation(Reservation reservation) {
            seen.add(reservation);
          }
        });
    return seen;
  }

  /** All events, and those of a slot and of a request, in pages of any size. */
  private void compareEvents(MemoryStore memory, String id, RandomCommands commands) {
    List<Slot> slots = commands.slots();
    Slot slot = slots.get(slots.size() / 2);
    for (EventsQuery query :
        List.of(
            EventsQuery.all(id, 0, 1000),
            EventsQuery.all(id, 50, 7),
            new EventsQuery(id, slot.requestId(), null, 0, 3),
            new EventsQuery(id, null, slot, 0, 1000))) {
      assertEquals(StoreRunner.events(memory, query), StoreRunner.events(ledger.store(), query));
    }
    EventsPage expected = memory.events(EventsQuery.all(id, 0, 1));
    EventsPage found = ledger.store().events(EventsQuery.all(id, 0, 1));
    assertEquals(expected, found);
  }

  /**
   * All that rules can see, without what an engine may leave out: slots of which nothing is known.
   */
  private static List<Object> seen(LedgerStore store, ReadSet reads) {
    try (LedgerStore.Transaction transaction = StoreRunner.begin(store, reads.repositoryId())) {
      var books = transaction.load(reads, 0).books();
      List<Object> seen = new ArrayList<>();
      seen.add(String.valueOf(books.repository()));
      reads.slots().stream().sorted().forEach(slot -> seen.addAll(seen(books, reads, slot)));
      reads.requestIds().stream().sorted().forEach(id -> seen.add(books.reservationsOf(id)));
      new TreeMap<>(reads.drawn())
          .forEach(
              (id, drawn) ->
                  drawn.stream()
                      .flatMapToLong(Arrays::stream)
                      .forEach(index -> seen.add(books.isReserved(new Slot(id, index)))));
      seen.add(books.loadedOffers());
      seen.add(books.operations());
      reads.keys().stream().sorted().forEach(key -> seen.add(books.keys().version(key)));
      seen.add(List.of(books.keys().lastVersion(), books.keys().count()));
      return seen;
    }
  }

  private static List<Object> seen(LoadedBooks books, ReadSet reads, Slot slot) {
    List<Object> seen = new ArrayList<>(List.of(books.slot(slot)));
    ReadSet.PastKeys keys = requireNonNull(reads.pastKeys().get(slot));
    keys.forEachGeneration(
        generation -> seen.add(Optional.ofNullable(books.released(slot, generation))));
    keys.forEachOperationId(id -> seen.add(Optional.ofNullable(books.operation(slot, id))));
    return seen;
  }
}
