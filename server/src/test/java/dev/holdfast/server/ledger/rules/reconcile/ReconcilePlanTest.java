package dev.holdfast.server.ledger.rules.reconcile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.server.ledger.MemoryStore;
import dev.holdfast.server.ledger.StoreRunner;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.rules.Command;
import dev.holdfast.server.ledger.rules.Outcome.ReconcileDone;
import dev.holdfast.server.ledger.rules.Rejection;
import dev.holdfast.server.ledger.rules.repositories.CreateRepository;
import dev.holdfast.server.ledger.rules.slots.ReserveSlot;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Tests the input that a plan needs, and the part of its changes that the result lists. */
class ReconcilePlanTest {
  private static final String REPOSITORY = "default";

  private static Rejection refusal(MemoryStore store, long asOfRevision) {
    ReconcilePlan plan =
        new ReconcilePlan(new ReconcileScope(REPOSITORY, asOfRevision, false), new Observation());
    store.visitRepository(REPOSITORY, asOfRevision, plan);
    return Objects.requireNonNull(plan.rejection());
  }

  @Test
  void aRevisionThatIsNotReachedOrNoLongerKnownIsRefused() {
    MemoryStore store = new MemoryStore();
    assertEquals(Rejection.Reason.REPOSITORY_NOT_FOUND, refusal(store, 1).reason());
    List<Command> commands = new ArrayList<>(List.of(new CreateRepository(REPOSITORY, 10)));
    List.of(new Slot("request", 0), new Slot("request", 1))
        .forEach(slot -> commands.add(new ReserveSlot(REPOSITORY, slot, 3, 0, "")));
    for (int i = 0; i < commands.size(); i++) {
      StoreRunner.run(store, List.of(commands.get(i)), 10L * i);
    }
    Rejection future = refusal(store, 4);
    assertEquals(Rejection.Reason.REVISION_IN_FUTURE, future.reason());
    assertEquals("3", future.facts().get("revision"));
    assertEquals("4", future.facts().get("as_of_revision"));

    StoreRunner.purge(store, 15);
    Rejection compacted = refusal(store, 1);
    assertEquals(Rejection.Reason.REVISION_COMPACTED, compacted.reason());
    assertEquals("3", compacted.facts().get("oldest_revision"));
    StoreRunner.purge(store, 100);
    assertEquals("4", refusal(store, 2).facts().get("oldest_revision"));
    ReconcilePlan quiet =
        new ReconcilePlan(new ReconcileScope(REPOSITORY, 3, false), new Observation());
    store.visitRepository(REPOSITORY, 3, quiet);
    assertNull(quiet.rejection(), "nothing came after it, so nothing is missing");
  }

  @Test
  void thousandSlotsAreListedAndAllAreCounted() {
    MemoryStore store = new MemoryStore();
    StoreRunner.run(store, List.of(new CreateRepository(REPOSITORY, 2000)), 1);
    Observation observation = new Observation();
    for (int i = 3000; i > 0; i--) {
      assertTrue(observation.add(new Slot("many", i), 1));
    }
    assertEquals(false, observation.add(new Slot("many", 5), 2));
    ReconcilePlan plan = new ReconcilePlan(new ReconcileScope(REPOSITORY, 1, false), observation);
    store.visitRepository(REPOSITORY, 1, plan);
    ReconcileDone done = (ReconcileDone) StoreRunner.run(store, List.of(plan.command()), 2).get(0);
    assertEquals(2000, done.adopted().count());
    assertEquals(1000, done.adopted().first().size());
    assertEquals(new Slot("many", 3000), done.adopted().first().get(0), "in the order observed");
    assertEquals(1000, done.missing().count());
    assertEquals(4001, done.repository().revision(), "two revisions each");
  }
}
