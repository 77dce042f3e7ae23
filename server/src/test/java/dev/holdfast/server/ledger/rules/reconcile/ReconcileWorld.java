package dev.holdfast.server.ledger.rules.reconcile;

import static org.junit.jupiter.api.Assertions.assertNull;

import dev.holdfast.server.ledger.MemoryStore;
import dev.holdfast.server.ledger.StoreRunner;
import dev.holdfast.server.ledger.books.ReleaseReason;
import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.rules.Command;
import dev.holdfast.server.ledger.rules.Outcome;
import dev.holdfast.server.ledger.rules.repositories.CreateRepository;
import dev.holdfast.server.ledger.rules.slots.FillSlot;
import dev.holdfast.server.ledger.rules.slots.ReleaseSlot;
import dev.holdfast.server.ledger.rules.slots.ReserveSlot;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** A repository with two slots, and the revision that it had before what came after it. */
public final class ReconcileWorld {
  static final String REPOSITORY = "default";
  private static final long CAPACITY_BYTES = 10;
  static final long RESERVED_BYTES = 3;
  static final long NOT_OBSERVED = -1;
  private static final long[] OBSERVATIONS = {NOT_OBSERVED, 0, 4, 8};

  /** The changes to a slot before and after the revision. */
  public enum Past {
    NOTHING("", ""),
    RESERVED("r", ""),
    FILLED("rf", ""),
    RELEASED("rx", ""),
    RELEASED_AFTER_FILL("rfx", ""),
    RESERVED_AGAIN("rxr", ""),
    RESERVED_SINCE("", "r"),
    FILLED_SINCE("r", "f"),
    SOLD_SINCE("", "rf"),
    RELEASED_SINCE("rf", "x"),
    GIVEN_UP_SINCE("r", "x"),
    TRIED_SINCE("", "rx"),
    RESERVED_ANEW_SINCE("rf", "xr"),
    FILLED_ANEW_SINCE("rx", "rf");

    final String before;
    final String after;

    Past(String before, String after) {
      this.before = before;
      this.after = after;
    }

    boolean changedSince() {
      return !after.isEmpty();
    }

    boolean reserved() {
      return !(before + after).isEmpty() && !(before + after).endsWith("x");
    }

    boolean filled() {
      return (before + after).endsWith("f");
    }
  }

  public record Case(Past past, long observed) {
    boolean isObserved() {
      return observed != NOT_OBSERVED;
    }
  }

  static final List<Slot> SLOTS = List.of(new Slot("request", 7), new Slot("request", 1));

  private static List<Case> cases() {
    List<Case> all = new ArrayList<>();
    for (Past past : Past.values()) {
      for (long observed : OBSERVATIONS) {
        all.add(new Case(past, observed));
      }
    }
    return all;
  }

  public final MemoryStore store = new MemoryStore();
  final ReconcileScope scope;

  ReconcileWorld(List<Case> cases, boolean releaseAttempts) {
    send(new CreateRepository(REPOSITORY, CAPACITY_BYTES));
    for (int i = 0; i < cases.size(); i++) {
      play(i, cases.get(i).past().before);
    }
    scope = new ReconcileScope(REPOSITORY, repository().revision(), releaseAttempts);
    for (int i = 0; i < cases.size(); i++) {
      play(i, cases.get(i).past().after);
    }
  }

  public Repository repository() {
    return Objects.requireNonNull(store.repository(REPOSITORY));
  }

  public Outcome send(Command command) {
    return StoreRunner.run(store, List.of(command), 1).get(0);
  }

  public void play(int slot, String steps) {
    steps.chars().forEach(step -> send(command(SLOTS.get(slot), (char) step)));
  }

  public ReconcilePlan plan(List<Case> cases) {
    Observation observation = new Observation();
    for (int i = 0; i < cases.size(); i++) {
      if (cases.get(i).isObserved()) {
        observation.add(SLOTS.get(i), cases.get(i).observed());
      }
    }
    ReconcilePlan plan = new ReconcilePlan(scope, observation);
    store.visitRepository(REPOSITORY, scope.asOfRevision(), plan);
    assertNull(plan.rejection());
    return plan;
  }

  static Command command(Slot slot, char step) {
    return switch (step) {
      case 'r' -> new ReserveSlot(REPOSITORY, slot, RESERVED_BYTES, 60, "");
      case 'f' -> new FillSlot(REPOSITORY, slot, 0, "");
      default -> new ReleaseSlot(REPOSITORY, slot, 0, ReleaseReason.REQUEST_ENDED, "");
    };
  }

  interface Pair {
    void check(List<Case> cases, boolean releaseAttempts);
  }

  static void forEveryPair(Pair pair) {
    for (Case first : cases()) {
      for (Case second : cases()) {
        for (boolean releaseAttempts : new boolean[] {false, true}) {
          try {
            pair.check(List.of(first, second), releaseAttempts);
          } catch (AssertionError e) {
            throw new AssertionError(first + ", " + second + ", " + releaseAttempts, e);
          }
        }
      }
    }
  }
}
