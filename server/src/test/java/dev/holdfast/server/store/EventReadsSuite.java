package dev.holdfast.server.store;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.server.ledger.MemoryStore;
import dev.holdfast.server.ledger.StoreRunner;
import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.engine.EventsPage;
import dev.holdfast.server.ledger.engine.EventsQuery;
import dev.holdfast.server.ledger.engine.LedgerStore;
import dev.holdfast.server.ledger.rules.Command;
import dev.holdfast.server.ledger.rules.repositories.CreateRepository;
import dev.holdfast.server.ledger.rules.repositories.DeleteRepository;
import dev.holdfast.server.ledger.rules.slots.ReserveSlot;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests the event reads that every engine must support. */
public abstract class EventReadsSuite {
  private static final String REPOSITORY = "default";
  private static final Slot SLOT = new Slot("request", 0);

  private LedgerStore store = new MemoryStore();

  /** Opens an engine with nothing in it. */
  protected abstract LedgerStore open();

  @BeforeEach
  void openFirst() {
    store = open();
  }

  @AfterEach
  void close() {
    store.close();
  }

  private static Command reserve(Slot slot) {
    return new ReserveSlot(REPOSITORY, slot, 1, 0, "op");
  }

  @Test
  void eventsAreReadUpToAnyRevisionAndSaySoWhereMoreAreThere() {
    StoreRunner.run(store, List.of(new CreateRepository(REPOSITORY, 10), reserve(SLOT)), 1);
    StoreRunner.run(store, List.of(reserve(new Slot("request", 1))), 2);
    StoreRunner.run(store, List.of(reserve(new Slot("other", 0))), 3);
    EventsPage first = requireNonNull(store.events(EventsQuery.all(REPOSITORY, 1, 2)));
    assertEquals(List.of(2L, 3L), revisions(first));
    assertEquals(3, first.scannedTo());
    EventsPage rest = requireNonNull(store.events(EventsQuery.all(REPOSITORY, 3, 2)));
    assertEquals(List.of(4L), revisions(rest));
    assertEquals(0, rest.scannedTo());
    EventsPage future = requireNonNull(store.events(EventsQuery.all(REPOSITORY, 99, 2)));
    assertEquals(new EventsPage(4, false, 1, List.of(), 0), future);
    EventsQuery ofOne = new EventsQuery(REPOSITORY, null, SLOT, 0, 2);
    assertEquals(List.of(2L), revisions(requireNonNull(store.events(ofOne))));
  }

  @Test
  void ofForgottenEventsTheOldestThatIsKeptIsTold() {
    StoreRunner.run(store, List.of(new CreateRepository(REPOSITORY, 10), reserve(SLOT)), 1);
    StoreRunner.run(store, List.of(reserve(new Slot("request", 1))), 2);
    assertEquals(2, StoreRunner.purge(store, 2));
    EventsPage kept = requireNonNull(store.events(EventsQuery.all(REPOSITORY, 0, 9)));
    assertEquals(3, kept.oldestRevision());
    assertEquals(List.of(3L), revisions(kept));
    assertEquals(1, StoreRunner.purge(store, 3));
    EventsPage none = store.events(EventsQuery.all(REPOSITORY, 0, 9));
    assertEquals(new EventsPage(3, false, 4, List.of(), 0), none);
  }

  @Test
  void theEventsOfADeletedRepositoryAreStillThere() {
    StoreRunner.run(store, List.of(new CreateRepository(REPOSITORY, 10)), 1);
    StoreRunner.run(store, List.of(new DeleteRepository(REPOSITORY)), 2);
    EventsPage page = requireNonNull(store.events(EventsQuery.all(REPOSITORY, 0, 9)));
    assertTrue(page.deleted());
    assertEquals(List.of(1L, 2L), revisions(page));
    assertTrue(page.events().get(1).deletion());
  }

  private static List<Long> revisions(EventsPage page) {
    return page.events().stream().map(Event::revision).toList();
  }
}
