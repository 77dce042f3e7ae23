package dev.holdfast.server.store;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.server.ledger.EventsPage;
import dev.holdfast.server.ledger.EventsQuery;
import dev.holdfast.server.ledger.LedgerReads.ReservationsPage;
import dev.holdfast.server.ledger.LedgerReads.ReservationsQuery;
import dev.holdfast.server.ledger.LedgerStore;
import dev.holdfast.server.ledger.MemoryStore;
import dev.holdfast.server.ledger.Recount;
import dev.holdfast.server.ledger.StoreRunner;
import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.books.ReleaseReason;
import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.books.SlotHistory;
import dev.holdfast.server.ledger.books.Value;
import dev.holdfast.server.ledger.rules.Command;
import dev.holdfast.server.ledger.rules.Outcome;
import dev.holdfast.server.ledger.rules.Rejection;
import dev.holdfast.server.ledger.rules.Sales;
import dev.holdfast.server.ledger.rules.repositories.CreateRepository;
import dev.holdfast.server.ledger.rules.repositories.DeleteKey;
import dev.holdfast.server.ledger.rules.repositories.DeleteRepository;
import dev.holdfast.server.ledger.rules.repositories.PutValue;
import dev.holdfast.server.ledger.rules.repositories.ReserveUnassigned;
import dev.holdfast.server.ledger.rules.sales.DeleteOffer;
import dev.holdfast.server.ledger.rules.sales.PutOffer;
import dev.holdfast.server.ledger.rules.slots.EndRequest;
import dev.holdfast.server.ledger.rules.slots.FillSlot;
import dev.holdfast.server.ledger.rules.slots.ReleaseSlot;
import dev.holdfast.server.ledger.rules.slots.ReserveSlot;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every engine must pass. Mostly it is compared with {@link MemoryStore} under random
 * commands: the same outcomes, and the same books to read afterwards.
 */
public abstract class LedgerStoreSuite {
  private static final String REPOSITORY = "default";
  private static final long SEED = Seed.VALUE;

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

  @Test
  void answersAndKeepsTheSameAsMemoryDoes() {
    compareWithMemory(new RandomCommands(new Random(SEED), 12), 600, 8);
  }

  @Test
  void doesSoWithLargeBatches() {
    compareWithMemory(new RandomCommands(new Random(SEED + 1), 400), 12, 700);
  }

  private void compareWithMemory(RandomCommands commands, int batches, int largest) {
    MemoryStore memory = new MemoryStore();
    Random random = new Random(SEED);
    long nowMicros = 1_000_000;
    for (int i = 0; i < batches; i++) {
      nowMicros += random.nextInt(3_000_000);
      List<Command> batch = commands.next(random.nextInt(1, largest));
      List<Outcome> expected = StoreRunner.run(memory, batch, nowMicros);
      assertEquals(expected, StoreRunner.run(store, batch, nowMicros), "batch " + i + " " + batch);
      commands.learn(expected);
      if (random.nextInt(10) == 0) {
        // Sometimes all of it.
        long before = random.nextInt(3) == 0 ? nowMicros + 1 : nowMicros - 20_000_000;
        int forgotten = StoreRunner.purge(memory, before);
        assertEquals(forgotten, StoreRunner.purge(store, before), "forgotten after batch " + i);
      }
      if (random.nextInt(10) == 0) {
        // Now and then the clock is set too, but never so that times go back.
        long byMicros = random.nextInt(3) == 0 ? random.nextInt(5_000_000) : 0;
        nowMicros += byMicros;
        StoreRunner.adjustLeases(memory, byMicros, nowMicros, 2_000_000);
        StoreRunner.adjustLeases(store, byMicros, nowMicros, 2_000_000);
      }
      if (random.nextInt(50) == 0) {
        store.close();
        store = open();
      }
      for (Command sweep : memory.expiredLeases(nowMicros, Integer.MAX_VALUE)) {
        List<Outcome> swept = StoreRunner.run(memory, List.of(sweep), nowMicros);
        List<? extends Command> found = store.expiredLeases(nowMicros, Integer.MAX_VALUE);
        long count =
            found.stream().filter(one -> one.repositoryId().equals(sweep.repositoryId())).count();
        assertEquals(1, count);
        assertEquals(swept, StoreRunner.run(store, List.of(sweep), nowMicros));
      }
      if (i % 20 == 0) {
        compareBooks(memory, commands);
      }
    }
    compareBooks(memory, commands);
  }

  private void compareBooks(MemoryStore memory, RandomCommands commands) {
    List<Repository> repositories = memory.repositories("", 100);
    assertEquals(repositories, store.repositories("", 100));
    for (Repository repository : repositories) {
      String id = repository.id();
      assertEquals(repository, store.repository(id));
      assertEquals(memory.recount(id), store.recount(id));
      assertEquals(List.of(), Objects.requireNonNull(store.recount(id)).problems());
      assertEquals(memory.offers(id, "", 100), store.offers(id, "", 100));
      for (Boolean filled : new Boolean[] {null, true, false}) {
        ReservationsQuery query = new ReservationsQuery(id, null, filled, null, 10_000);
        assertEquals(memory.reservations(query), store.reservations(query));
      }
    }
    for (String id : commands.repositoryIds()) {
      compareKeys(memory, id, commands.keys());
      for (long revision : new long[] {0, 1, 100}) {
        assertEquals(surveyed(memory, id, revision), surveyed(store, id, revision));
      }
      compareEvents(memory, id, commands);
      for (String requestId : commands.requestIds()) {
        assertEquals(reserved(memory, id, requestId), reserved(store, id, requestId));
      }
      ReadSet reads = new ReadSet(id);
      commands.slots().forEach(reads::slot);
      for (Slot slot : commands.slots()) {
        commands.operationIds().forEach(operation -> reads.slot(slot, 0, operation));
        commands.someGenerations(20).forEach(generation -> reads.slot(slot, generation, ""));
      }
      commands.requestIds().forEach(one -> reads.request(one, ReadSet.LARGEST_LOAD));
      commands.slots().forEach(one -> reads.drawn(one.requestId(), new long[] {one.slotIndex()}));
      reads.offers();
      commands.operations().forEach(reads::operation);
      commands.keys().forEach(reads::key);
      reads.keyCount();
      assertEquals(seen(memory, reads), seen(store, reads));
    }
  }

  private void compareKeys(LedgerStore memory, String id, List<String> keys) {
    for (String key : keys) {
      assertEquals(memory.entry(id, key), store.entry(id, key), key);
      assertEquals(memory.keys(id, key, "", 100), store.keys(id, key, "", 100), key);
      assertEquals(memory.keys(id, "", key, 2), store.keys(id, "", key, 2), key);
    }
  }

  private static List<Long> reserved(LedgerStore store, String id, String requestId) {
    List<Long> indexes = new ArrayList<>();
    store.reservedIndexes(id, requestId, indexes::add);
    return indexes;
  }

  private static List<Object> surveyed(LedgerStore store, String id, long afterRevision) {
    List<Object> seen = new ArrayList<>();
    store.survey(
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
      assertEquals(StoreRunner.events(memory, query), StoreRunner.events(store, query));
    }
    EventsPage expected = memory.events(EventsQuery.all(id, 0, 1));
    EventsPage found = store.events(EventsQuery.all(id, 0, 1));
    assertEquals(expected, found);
  }

  /**
   * All that rules can see, without what an engine may leave out: slots of which nothing is known.
   */
  private static List<Object> seen(LedgerStore store, ReadSet reads) {
    try (LedgerStore.Transaction transaction = store.begin()) {
      var books = transaction.load(reads);
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

  private static final Slot SLOT = new Slot("request", 0);

  private static Command reserve(Slot slot) {
    return new ReserveSlot(REPOSITORY, slot, 1, 0, "op");
  }

  @Test
  void whatIsNotCommittedLeavesNoTrace() {
    StoreRunner.run(store, List.of(new CreateRepository(REPOSITORY, 10)), 1);
    StoreRunner.runWithoutCommit(store, List.of(reserve(SLOT)), 2);
    assertNull(store.reservation(REPOSITORY, SLOT));
    assertEquals(1, Objects.requireNonNull(store.repository(REPOSITORY)).revision());
    StoreRunner.run(store, List.of(reserve(SLOT)), 3);
    assertEquals(2, Objects.requireNonNull(store.reservation(REPOSITORY, SLOT)).generation());
    assertEquals(List.of(), Objects.requireNonNull(store.recount(REPOSITORY)).problems());
  }

  @Test
  void whatIsCommittedIsThereAgainAfterOpening() {
    StoreRunner.run(store, List.of(new CreateRepository(REPOSITORY, 10), reserve(SLOT)), 1);
    Reservation before = store.reservation(REPOSITORY, SLOT);
    store.close();
    store = open();
    assertEquals(before, store.reservation(REPOSITORY, SLOT));
  }

  @Test
  void everyReleaseIsRememberedThroughEveryRestart() {
    StoreRunner.run(store, List.of(new CreateRepository(REPOSITORY, 10)), 1);
    ReadSet all = new ReadSet(REPOSITORY);
    for (int i = 0; i < 150; i++) {
      Slot slot = new Slot("request", i);
      all.slot(slot);
      Command release = new ReleaseSlot(REPOSITORY, slot, 0, ReleaseReason.ATTEMPT_FAILED, "");
      StoreRunner.run(store, List.of(reserve(slot), release), i);
      if (i % 11 == 0) {
        store.close();
        store = open();
        try (LedgerStore.Transaction transaction = store.begin()) {
          var books = transaction.load(all);
          for (Slot before : all.slots()) {
            assertNotNull(books.slot(before).latestReleased(), before + ", step " + i);
          }
        }
      }
    }
  }

  /** A slot that is reserved, filled and released again and again. */
  private record Round(ReserveSlot reserve, FillSlot fill, ReleaseSlot release) {
    static Round of(Slot slot, int number, long generation) {
      String id = "-" + number;
      return new Round(
          new ReserveSlot(REPOSITORY, slot, 1, 0, "reserve" + id),
          new FillSlot(REPOSITORY, slot, generation, "fill" + id),
          new ReleaseSlot(
              REPOSITORY, slot, generation, ReleaseReason.REQUEST_ENDED, "release" + id));
    }

    long generation() {
      return fill.generation();
    }
  }

  private final List<Round> rounds = new ArrayList<>();

  private void useAgain(Slot slot, long nowMicros) {
    long generation = requireNonNull(store.repository(REPOSITORY)).revision() + 1;
    Round round = Round.of(slot, rounds.size(), generation);
    rounds.add(round);
    List<Command> commands = List.of(round.reserve(), round.fill(), round.release());
    List<Outcome> outcomes = new ArrayList<>();
    if (rounds.size() % 2 == 0) {
      outcomes.addAll(StoreRunner.run(store, commands, nowMicros));
    } else {
      commands.forEach(one -> outcomes.addAll(StoreRunner.run(store, List.of(one), nowMicros)));
    }
    outcomes.forEach(outcome -> assertInstanceOf(Outcome.Done.class, outcome));
  }

  /** Every duplicate of every round is answered as its own, whatever came after it. */
  private void checkReplays(List<Round> some, long nowMicros) {
    List<Command> duplicates = new ArrayList<>();
    for (Round round : some) {
      duplicates.add(round.reserve());
      duplicates.add(round.fill());
      duplicates.add(round.release());
      duplicates.add(
          new ReleaseSlot(
              REPOSITORY,
              round.reserve().slot(),
              round.generation(),
              ReleaseReason.REQUEST_ENDED,
              "other id"));
    }
    List<Outcome> outcomes = StoreRunner.run(store, duplicates, nowMicros);
    for (int i = 0; i < some.size(); i++) {
      Round round = some.get(i);
      List<Outcome> replays = outcomes.subList(4 * i, 4 * i + 4);
      Rejection reserve = assertInstanceOf(Rejection.class, replays.get(0), round.toString());
      assertEquals(Rejection.Reason.RESERVATION_RELEASED, reserve.reason());
      assertEquals(Long.toString(round.generation()), reserve.facts().get("generation"));
      var fill = assertInstanceOf(Outcome.ReservationDone.class, replays.get(1));
      assertEquals(round.generation(), fill.reservation().generation());
      var release = assertInstanceOf(Outcome.SlotReleaseDone.class, replays.get(2));
      assertFalse(release.alreadyReleased());
      var already = assertInstanceOf(Outcome.SlotReleaseDone.class, replays.get(3));
      assertTrue(already.alreadyReleased());
    }
  }

  @Test
  void everyRoundOfASlotIsRememberedThroughRestartsUntilItIsForgotten() {
    StoreRunner.run(store, List.of(new CreateRepository(REPOSITORY, 10)), 0);
    for (int i = 0; i < 50; i++) {
      useAgain(SLOT, i);
      // Others, so that an index of any size moves what it has.
      StoreRunner.run(store, List.of(reserve(new Slot("other", i))), i);
      StoreRunner.run(store, List.of(new EndRequest(REPOSITORY, "other", "")), i);
      if (i % 10 == 9) {
        checkReplays(rounds, i);
        store.close();
        store = open();
        checkReplays(rounds, i);
      }
    }
    long revision = requireNonNull(store.repository(REPOSITORY)).revision();
    StoreRunner.purge(store, 25);
    checkReplays(rounds.subList(25, 50), 50);
    store.close();
    store = open();
    checkReplays(rounds.subList(25, 50), 50);
    for (Round round : rounds.subList(0, 25)) {
      Outcome forgotten = StoreRunner.run(store, List.of(round.release()), 50).get(0);
      assertEquals(
          Rejection.Reason.GENERATION_MISMATCH,
          assertInstanceOf(Rejection.class, forgotten).reason());
    }
    assertEquals(revision, requireNonNull(store.repository(REPOSITORY)).revision());
    Round first = rounds.get(0);
    assertInstanceOf(
        Outcome.ReservationDone.class, StoreRunner.run(store, List.of(first.reserve()), 51).get(0));
  }

  /** Its releases are found by the request, which loads no slot with its past. */
  @Test
  void whatARequestEndedIsRememberedOfEachRoundToo() {
    Command offer = new PutOffer(REPOSITORY, "o", Sales.terms(0, 1));
    StoreRunner.run(store, List.of(new CreateRepository(REPOSITORY, 10), offer), 0);
    Slot slot = new Slot("request", 0);
    List<Long> generations = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      Command reserve =
          i % 3 == 0
              ? Sales.sell(REPOSITORY, "request", 1, 1, "sale " + i, 0)
              : new ReserveSlot(REPOSITORY, slot, 1, 0, "reserve " + i);
      Command end = new EndRequest(REPOSITORY, "request", "");
      if (i % 2 == 0) {
        StoreRunner.run(store, List.of(reserve, end), i);
      } else {
        StoreRunner.run(store, List.of(reserve), i);
        StoreRunner.run(store, List.of(end), i);
      }
      generations.add(requireNonNull(store.repository(REPOSITORY)).revision() - 1);
      if (i % 7 == 6) {
        store.close();
        store = open();
      }
    }
    for (long generation : generations) {
      Command late =
          new ReleaseSlot(REPOSITORY, slot, generation, ReleaseReason.ATTEMPT_FAILED, "");
      Outcome already = StoreRunner.run(store, List.of(late), 31).get(0);
      assertTrue(
          assertInstanceOf(Outcome.SlotReleaseDone.class, already, "generation " + generation)
              .alreadyReleased());
    }
    for (int i = 0; i < 30; i++) {
      Command replay =
          i % 3 == 0
              ? Sales.sell(REPOSITORY, "request", 1, 1, "sale " + i, 0)
              : new ReserveSlot(REPOSITORY, slot, 1, 0, "reserve " + i);
      Outcome late = StoreRunner.run(store, List.of(replay), 32).get(0);
      assertEquals(
          Rejection.Reason.RESERVATION_RELEASED,
          assertInstanceOf(Rejection.class, late, replay.toString()).reason());
    }
  }

  @Test
  void whatWasNotAskedForIsNotAnswered() {
    StoreRunner.run(store, List.of(new CreateRepository(REPOSITORY, 10), reserve(SLOT)), 1);
    ReadSet reads = new ReadSet(REPOSITORY);
    reads.slot(SLOT, 7, "id");
    try (LedgerStore.Transaction transaction = store.begin()) {
      var books = transaction.load(reads);
      assertNull(books.released(SLOT, 7));
      assertNull(books.operation(SLOT, "id"));
      assertThrows(IllegalStateException.class, () -> books.released(SLOT, 8));
      assertThrows(IllegalStateException.class, () -> books.operation(SLOT, "op"));
      assertThrows(IllegalStateException.class, () -> books.slot(new Slot("request", 1)));
    }
  }

  @Test
  void whatIsSoldUnderAnOfferOutlivesTheOffer() {
    Command put = new PutOffer(REPOSITORY, "o", Sales.terms(10, 1));
    Command sale = Sales.sell(REPOSITORY, "request", 9, 4, "op", 1);
    StoreRunner.run(store, List.of(new CreateRepository(REPOSITORY, 10), put, sale), 1);
    store.close();
    store = open();
    assertEquals(4, Objects.requireNonNull(store.offer(REPOSITORY, "o")).soldBytes());
    StoreRunner.run(store, List.of(new DeleteOffer(REPOSITORY, "o")), 2);
    assertNull(store.offer(REPOSITORY, "o"));
    assertEquals(List.of(), store.offers(REPOSITORY, "", 10));
    assertEquals(
        List.of(new Recount.Sold("o", 4, 4)),
        Objects.requireNonNull(store.recount(REPOSITORY)).offers());
    StoreRunner.run(store, List.of(put), 3);
    assertEquals(4, Objects.requireNonNull(store.offer(REPOSITORY, "o")).soldBytes());

    StoreRunner.run(store, List.of(new EndRequest(REPOSITORY, "request", "")), 4);
    assertEquals(0, Objects.requireNonNull(store.offer(REPOSITORY, "o")).soldBytes());
    StoreRunner.run(store, List.of(new DeleteRepository(REPOSITORY)), 5);
    StoreRunner.run(store, List.of(new CreateRepository(REPOSITORY, 10)), 6);
    assertEquals(List.of(), store.offers(REPOSITORY, "", 10));
  }

  @Test
  void aSaleIsKnownAgainWithItsSlot() {
    Command put = new PutOffer(REPOSITORY, "o", Sales.terms(0, 1));
    Command sale = Sales.sell(REPOSITORY, "request", -1, 4, "op", 1);
    StoreRunner.run(store, List.of(new CreateRepository(REPOSITORY, 10), put), 1);
    List<Outcome> sold = StoreRunner.run(store, List.of(sale), 2);
    store.close();
    store = open();
    assertEquals(sold, StoreRunner.run(store, List.of(sale), 3));
    StoreRunner.run(store, List.of(new EndRequest(REPOSITORY, "request", "")), 4);
    store.close();
    store = open();
    Outcome late = StoreRunner.run(store, List.of(sale), 5).get(0);
    assertEquals(
        Rejection.Reason.RESERVATION_RELEASED, assertInstanceOf(Rejection.class, late).reason());
  }

  @Test
  void aSaleIsKnownAsLongAsItsReservationLivesOrItsReleaseIsRemembered() {
    Command put = new PutOffer(REPOSITORY, "o", Sales.terms(0, 1));
    Command sale = Sales.sell(REPOSITORY, "request", 9, 4, "op", 1);
    Command other = new ReserveUnassigned(REPOSITORY, 1, "op");
    StoreRunner.run(store, List.of(new CreateRepository(REPOSITORY, 99), put, other), 1);
    List<Outcome> sold = StoreRunner.run(store, List.of(sale), 2);
    assertEquals(3, StoreRunner.purge(store, 10));
    List<Outcome> again = StoreRunner.run(store, List.of(sale), 11);
    assertEquals(sold, again);

    Command release = new EndRequest(REPOSITORY, "request", "");
    StoreRunner.run(store, List.of(release), 20);
    assertEquals(0, StoreRunner.purge(store, 20));
    Outcome late = StoreRunner.run(store, List.of(sale), 21).get(0);
    assertEquals(
        Rejection.Reason.RESERVATION_RELEASED, assertInstanceOf(Rejection.class, late).reason());

    assertEquals(1, StoreRunner.purge(store, 30));
    Outcome anew = StoreRunner.run(store, List.of(sale), 31).get(0);
    Reservation second =
        Objects.requireNonNull(assertInstanceOf(Outcome.SaleDone.class, anew).reservation());
    assertEquals(5, second.generation(), "decided anew");
  }

  @Test
  void pagesAreWholeAndInOrder() {
    List<Command> commands = new ArrayList<>(List.of(new CreateRepository(REPOSITORY, 1000)));
    List<Slot> slots = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      slots.add(new Slot(i % 3 == 0 ? "0x" + "%02x".formatted(i).repeat(32) : "r" + i % 7, i));
    }
    slots.forEach(slot -> commands.add(reserve(slot)));
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
      new Random(SEED).nextBytes(value);
      commands.add(new PutValue(REPOSITORY, "key " + size, new Value(value), 0L));
    }
    StoreRunner.run(store, commands, 5);
    store.close();
    store = open();
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
        store.close();
        store = open();
      }
    }
  }

  @Test
  void whatNeverWasIsNotThere() {
    assertNull(store.entry(REPOSITORY, "key"));
    assertEquals(List.of(), store.keys(REPOSITORY, "", "", 10));
    assertEquals(List.of(), surveyed(store, REPOSITORY, 0));
    assertNull(store.events(EventsQuery.all(REPOSITORY, 0, 10)));
    assertNull(store.repository(REPOSITORY));
    assertNull(store.reservation(REPOSITORY, SLOT));
    assertNull(store.recount(REPOSITORY));
    assertEquals(List.of(), store.repositories("", 10));
    assertEquals(List.of(), store.expiredLeases(Long.MAX_VALUE, 10));
    ReadSet reads = new ReadSet(REPOSITORY);
    reads.slot(SLOT);
    try (LedgerStore.Transaction transaction = store.begin()) {
      assertNull(transaction.load(reads).repository());
      assertEquals(SlotHistory.NONE, transaction.load(reads).slot(SLOT));
    }
  }
}
