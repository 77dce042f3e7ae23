package dev.holdfast.server.ledger.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.server.ledger.books.Change;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.rules.Outcome.ReservationDone;
import dev.holdfast.server.ledger.rules.Outcome.SlotReleaseDone;
import dev.holdfast.server.ledger.rules.Outcome.SlotsReleaseDone;
import dev.holdfast.server.ledger.rules.slots.EndRequest;
import dev.holdfast.server.ledger.rules.slots.FillSlot;
import dev.holdfast.server.ledger.rules.slots.ReleaseSlot;
import dev.holdfast.server.ledger.rules.slots.ReserveSlot;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Records the responses in a sequence, and verifies that every late duplicate receives a matching
 * response.
 */
final class Answers {
  private final Map<String, Long> generations;
  private final Map<Command, Outcome> changed;
  private final Set<Long> given;
  private final Set<String> reserved;
  private final Set<Long> released;

  Answers() {
    this(new HashMap<>(), new HashMap<>(), new HashSet<>(), new HashSet<>(), new HashSet<>());
  }

  private Answers(
      Map<String, Long> generations,
      Map<Command, Outcome> changed,
      Set<Long> given,
      Set<String> reserved,
      Set<Long> released) {
    this.generations = generations;
    this.changed = changed;
    this.given = given;
    this.reserved = reserved;
    this.released = released;
  }

  Answers copy() {
    return new Answers(
        new HashMap<>(generations),
        new HashMap<>(changed),
        new HashSet<>(given),
        new HashSet<>(reserved),
        new HashSet<>(released));
  }

  long generation(Slot slot, String operationId, long otherwise) {
    return generations.getOrDefault(slot + operationId, otherwise);
  }

  /** All generations that were given out. */
  Set<Long> generations() {
    return given;
  }

  /** Every slot with the operation that reserved it, ever. */
  Set<String> reserved() {
    return reserved;
  }

  /** All generations that were released. */
  Set<Long> released() {
    return released;
  }

  /**
   * Compares the answer to a message with that to the same one before, if that changed anything.
   */
  void check(Command command, Outcome outcome, List<Change> changes) {
    Outcome before = changed.get(command);
    if (before == null) {
      if (!changes.isEmpty() && hasOperationId(command)) {
        changed.put(command, outcome);
      }
    } else {
      assertTrue(changes.isEmpty(), "sent again it changes nothing");
      compare(command, before, outcome);
    }
    if (command instanceof ReserveSlot reserve && outcome instanceof ReservationDone done) {
      generations.put(reserve.slot() + reserve.operationId(), done.reservation().generation());
    }
  }

  private void compare(Command command, Outcome before, Outcome now) {
    if (before instanceof ReservationDone first) {
      long generation = first.reservation().generation();
      if (command instanceof ReserveSlot && released.contains(generation)) {
        Rejection rejection = assertInstanceOf(Rejection.class, now);
        assertEquals(Rejection.Reason.RESERVATION_RELEASED, rejection.reason());
        assertEquals(Long.toString(generation), rejection.facts().get("generation"));
        return;
      }
      ReservationDone again = assertInstanceOf(ReservationDone.class, now);
      assertEquals(generation, again.reservation().generation());
      assertEquals(first.reservation().amountBytes(), again.reservation().amountBytes());
      assertEquals(released.contains(generation), again.released());
    } else if (before instanceof SlotReleaseDone first) {
      SlotReleaseDone again = assertInstanceOf(SlotReleaseDone.class, now);
      assertEquals(first.releasedBytes(), again.releasedBytes());
      assertEquals(first.alreadyReleased(), again.alreadyReleased());
    } else if (before instanceof SlotsReleaseDone first) {
      SlotsReleaseDone again = assertInstanceOf(SlotsReleaseDone.class, now);
      assertEquals(first.releasedCount(), again.releasedCount());
      assertEquals(first.releasedBytes(), again.releasedBytes());
    }
  }

  private static boolean hasOperationId(Command command) {
    return command instanceof ReserveSlot
        || command instanceof FillSlot
        || command instanceof ReleaseSlot
        || (command instanceof EndRequest end && !end.operationId().isEmpty());
  }
}
