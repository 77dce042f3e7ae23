package dev.holdfast.server.ledger.rules.reconcile;

import static dev.holdfast.server.ledger.rules.reconcile.ReconcileWorld.REPOSITORY;
import static dev.holdfast.server.ledger.rules.reconcile.ReconcileWorld.RESERVED_BYTES;
import static dev.holdfast.server.ledger.rules.reconcile.ReconcileWorld.SLOTS;
import static dev.holdfast.server.ledger.rules.reconcile.ReconcileWorld.forEveryPair;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.server.ledger.books.Change;
import dev.holdfast.server.ledger.books.ReleaseReason;
import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.rules.Outcome;
import dev.holdfast.server.ledger.rules.Outcome.ReconcileDone;
import dev.holdfast.server.ledger.rules.reconcile.ReconcileWorld.Case;
import dev.holdfast.server.ledger.rules.reconcile.ReconcileWorld.Past;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/**
 * Reconcile on every pair of slots: each with every past before and after the revision, observed or
 * not, and with every amount; and with every change that comes between the plan and the commit.
 */
class ReconcileTest {
  @Test
  void doesWhatTheContractSaysAndTheDryRunSaysItBefore() {
    forEveryPair(
        (cases, releaseAttempts) -> {
          ReconcileWorld world = new ReconcileWorld(cases, releaseAttempts);
          Repository before = world.repository();
          ReconcilePlan plan = world.plan(cases);
          Reconcile command = plan.command();
          Outcome told = plan.dryRun(command);
          assertEquals(before, world.repository(), "a dry run changes nothing");
          ReconcileDone done = assertInstanceOf(ReconcileDone.class, world.send(command));
          assertEquals(told, told(done, told), "as the dry run said");
          assertEquals(expected(cases, releaseAttempts, before), said(done));
          assertEquals(world.repository(), done.repository());
          assertEquals(eventsOf(done), kinds(world, before.revision()));
          assertTrue(Objects.requireNonNull(world.store.recount(REPOSITORY)).problems().isEmpty());
          checkAgain(world, cases, done);
        });
  }

  /** Releases first, then fills, then adoptions with two events each. */
  private static List<String> eventsOf(ReconcileDone done) {
    List<String> kinds = new ArrayList<>();
    done.released().first().forEach(slot -> kinds.add("SlotReleased " + slot));
    done.filled().first().forEach(slot -> kinds.add("SlotFilled " + slot));
    done.adopted()
        .first()
        .forEach(slot -> kinds.addAll(List.of("SlotReserved " + slot, "SlotFilled " + slot)));
    return kinds;
  }

  private static List<String> kinds(ReconcileWorld world, long afterRevision) {
    return world.store.events(REPOSITORY).stream()
        .filter(event -> event.revision() > afterRevision)
        .map(event -> event.change().getClass().getSimpleName() + " " + slotOf(event.change()))
        .toList();
  }

  private static Slot slotOf(Change.Booked change) {
    if (change instanceof Change.SlotReleased released) {
      assertEquals(ReleaseReason.RECONCILED, released.released().reason());
      return released.released().reservation().slot();
    } else if (change instanceof Change.SlotFilled filled) {
      assertEquals(0, filled.reservation().leaseExpireMicros(), "its lease ends");
      return filled.reservation().slot();
    }
    return ((Change.SlotReserved) change).reservation().slot();
  }

  /** The same with the times of a dry run, which has none. */
  private static Outcome told(ReconcileDone done, Outcome told) {
    Repository then = ((ReconcileDone) told).repository();
    Repository now = done.repository();
    assertEquals(then.revision(), now.revision());
    assertEquals(then.availableBytes(), now.availableBytes());
    return new ReconcileDone(
        done.released(),
        done.filled(),
        done.adopted(),
        done.missing(),
        done.unchangedCount(),
        done.releasedBytes(),
        then);
  }

  /** Sent again it leaves alone what it did, and what is missing is missing again. */
  private static void checkAgain(ReconcileWorld world, List<Case> cases, ReconcileDone first) {
    ReconcileDone again =
        assertInstanceOf(ReconcileDone.class, world.send(world.plan(cases).command()));
    assertEquals(0, again.released().count() + again.filled().count());
    assertEquals(first.repository().revision(), again.repository().revision());
    assertEquals(first.missing(), again.missing());
  }

  /**
   * Returns the result that the contract requires, computed independently of the rule under test.
   */
  private static String expected(List<Case> cases, boolean releaseAttempts, Repository before) {
    List<Slot> released = new ArrayList<>();
    List<Slot> filled = new ArrayList<>();
    List<Slot> adopted = new ArrayList<>();
    List<Slot> missing = new ArrayList<>();
    long known = 0;
    long available = before.availableBytes();
    for (int i = 0; i < 2; i++) {
      Past past = cases.get(i).past();
      boolean observed = cases.get(i).isObserved();
      known += observed || past.reserved() || past.after.endsWith("x") ? 1 : 0;
      if (!past.changedSince() && past.reserved()) {
        if (!observed && (past.filled() || releaseAttempts)) {
          released.add(SLOTS.get(i));
          available += RESERVED_BYTES;
        } else if (observed && !past.filled()) {
          filled.add(SLOTS.get(i));
        }
      }
    }
    for (int i = 0; i < 2; i++) {
      Past past = cases.get(i).past();
      long observed = cases.get(i).observed();
      if (cases.get(i).isObserved() && !past.changedSince() && !past.reserved()) {
        if (observed == 0 || observed > available) {
          missing.add(SLOTS.get(i));
        } else {
          adopted.add(SLOTS.get(i));
          available -= observed;
        }
      }
    }
    long bytes = RESERVED_BYTES * released.size();
    long unchanged = known - released.size() - filled.size() - adopted.size() - missing.size();
    released.sort(null);
    return List.of(released, filled, adopted, missing, unchanged, bytes, available).toString();
  }

  private static String said(ReconcileDone done) {
    for (var counted : List.of(done.released(), done.filled(), done.adopted(), done.missing())) {
      assertEquals(counted.count(), counted.first().size());
    }
    return List.of(
            done.released().first(),
            done.filled().first(),
            done.adopted().first(),
            done.missing().first(),
            done.unchangedCount(),
            done.releasedBytes(),
            done.repository().availableBytes())
        .toString();
  }

  @Test
  void whatComesBetweenThePlanAndTheCommitIsSeen() {
    for (String between : List.of("r", "f", "x", "rf", "rx", "xr", "xrf")) {
      forEveryPair(
          (cases, releaseAttempts) -> {
            ReconcileWorld world = new ReconcileWorld(cases, releaseAttempts);
            Reconcile planned = world.plan(cases).command();
            world.play(0, between);
            ReconcileWorld same = new ReconcileWorld(cases, releaseAttempts);
            same.play(0, between);
            ReconcileDone fresh =
                assertInstanceOf(ReconcileDone.class, same.send(same.plan(cases).command()));
            ReconcileDone done = assertInstanceOf(ReconcileDone.class, world.send(planned));
            boolean came =
                !cases.get(0).isObserved()
                    && !cases.get(0).past().reserved()
                    && !cases.get(0).past().after.endsWith("x")
                    && between.contains("r");
            // A reservation that came only now, and was not observed, is left alone and not
            // counted.
            assertEquals(fresh.unchangedCount(), done.unchangedCount() + (came ? 1 : 0));
            assertEquals(
                said(fresh).replaceAll(", \\d+, \\d+, \\d+]$", ""),
                said(done).replaceAll(", \\d+, \\d+, \\d+]$", ""));
            assertEquals(fresh.repository(), done.repository());
            for (Slot slot : SLOTS) {
              assertEquals(
                  same.store.reservation(REPOSITORY, slot),
                  world.store.reservation(REPOSITORY, slot));
            }
          });
    }
  }
}
