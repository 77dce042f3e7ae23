package dev.holdfast.server.store.postgresql;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.server.ledger.StoreRunner;
import dev.holdfast.server.ledger.books.ReleaseReason;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.books.Value;
import dev.holdfast.server.ledger.engine.EventsPage;
import dev.holdfast.server.ledger.engine.EventsQuery;
import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.ledger.rules.Command;
import dev.holdfast.server.ledger.rules.Outcome;
import dev.holdfast.server.ledger.rules.repositories.CreateRepository;
import dev.holdfast.server.ledger.rules.repositories.DeleteRepository;
import dev.holdfast.server.ledger.rules.repositories.PutValue;
import dev.holdfast.server.ledger.rules.slots.ReleaseSlot;
import dev.holdfast.server.ledger.rules.slots.ReserveSlot;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** After a restore, nothing is given out again that a client may have seen before. */
class PostgresJumpTest {
  private static final long SECOND = 1_000_000;
  private static final long LEAST = 1L << 40;
  private static final long PER_SECOND = 1L << 20;
  private static final Slot SLOT = new Slot("request", 0);

  private final TestDatabase database = TestDatabase.create();
  private final TestClock clock = TestClock.addTo(database);
  private final PostgresStore store = PostgresStore.open(database.settings(TestClock.PARAMETERS));

  @BeforeEach
  void use() {
    clock.set(100 * SECOND);
    store.maintenance().adjustLeases(0, 0, SECOND);
    run(new CreateRepository("default", 10));
    run(new ReserveSlot("default", SLOT, 1, 0, "first"));
    run(new PutValue("default", "key", new Value(new byte[1]), 0L));
    run(new CreateRepository("gone", 10));
    run(new DeleteRepository("gone"));
  }

  @AfterEach
  void close() {
    store.close();
  }

  private Outcome run(Command command) {
    return StoreRunner.run(store, List.of(command), 100 * SECOND).get(0);
  }

  private long revision(String repositoryId) {
    return requireNonNull(store.revisions(List.of(repositoryId)).get(repositoryId));
  }

  @Test
  void allIsRaisedByTheTimeSinceTheBackupAndTheBooksBalance() {
    clock.set(160 * SECOND);
    assertEquals(2, store.raiseRevisions());
    long raise = LEAST + 60 * PER_SECOND;
    assertEquals(2 + raise, revision("default"));
    assertEquals(2 + raise, revision("gone"));
    assertEquals(List.of(), requireNonNull(store.recount("default")).problems());

    EventsPage page = requireNonNull(store.events(EventsQuery.all("default", 0, 10)));
    assertEquals(2 + raise, page.oldestRevision(), "the gap counts as purged");
    run(new DeleteRepository("never there"));
    run(new CreateRepository("made later", 10));
    assertTrue(revision("made later") > revision("default"), "it may have been there before");
    run(new CreateRepository("gone", 10));
    assertEquals(3 + raise, revision("gone"));
    run(new PutValue("default", "other", new Value(new byte[1]), 0L));
    assertEquals(2 + raise, requireNonNull(store.entry("default", "other")).version());
  }

  @Test
  void whatTheBackupKnowsGoesOn() {
    clock.set(160 * SECOND);
    store.raiseRevisions();
    Outcome replay = run(new ReserveSlot("default", SLOT, 1, 0, "first"));
    assertEquals(
        2, assertInstanceOf(Outcome.ReservationDone.class, replay).reservation().generation());
    assertInstanceOf(
        Outcome.SlotReleaseDone.class,
        run(new ReleaseSlot("default", SLOT, 2, ReleaseReason.REQUEST_ENDED, "")));
    assertEquals(List.of(), requireNonNull(store.recount("default")).problems());
  }

  @Test
  void aSecondRestoreJumpsFurtherThanAServerCanHaveComeSince() {
    clock.set(160 * SECOND);
    store.raiseRevisions();
    long first = revision("default");
    // Nobody was seen since the jump, so the time since the backup is unknown, and is all time.
    clock.set(260 * SECOND);
    store.raiseRevisions();
    assertTrue(revision("default") - first >= LEAST + 100 * PER_SECOND);
  }

  @Test
  void whatIsRetainedIsNotPurgedWithTheJump() {
    StoreRunner.note(store, 150 * SECOND);
    run(new ReserveSlot("default", new Slot("later", 0), 1, 0, ""));
    ReleaseSlot release =
        new ReleaseSlot("default", new Slot("later", 0), 0, ReleaseReason.REQUEST_ENDED, "later");
    run(release);
    clock.set(160 * SECOND);
    store.raiseRevisions();
    StoreRunner.note(store, 160 * SECOND);
    assertEquals(4, StoreRunner.purge(store, 151 * SECOND), "what was written before the note");
    Outcome.SlotReleaseDone again = assertInstanceOf(Outcome.SlotReleaseDone.class, run(release));
    assertEquals(1, again.releasedBytes(), "the release is remembered");
  }

  @Test
  void whileAServerLivesItIsRefused() {
    clock.set(109 * SECOND);
    StoreException refused = assertThrows(StoreException.class, store::raiseRevisions);
    assertTrue(String.valueOf(refused.getMessage()).contains("stop all servers"));
    assertEquals(2, revision("default"));
  }
}
