package dev.holdfast.server.store;

import static dev.holdfast.server.store.StoredLedger.REPOSITORY;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.server.ledger.StoreRunner;
import dev.holdfast.server.ledger.books.ReleaseReason;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.rules.Command;
import dev.holdfast.server.ledger.rules.Outcome;
import dev.holdfast.server.ledger.rules.Rejection;
import dev.holdfast.server.ledger.rules.slots.FillSlot;
import dev.holdfast.server.ledger.rules.slots.ReleaseSlot;
import dev.holdfast.server.ledger.rules.slots.ReserveSlot;
import java.util.ArrayList;
import java.util.List;

/**
 * Slots that are reserved, filled and released again and again, and what is to be known of that.
 */
final class SlotRounds {
  private final StoredLedger ledger;
  private final List<Round> rounds = new ArrayList<>();

  SlotRounds(StoredLedger ledger) {
    this.ledger = ledger;
  }

  /** A slot that is reserved, filled and released again and again. */
  record Round(ReserveSlot reserve, FillSlot fill, ReleaseSlot release) {
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

  /** Returns all rounds so far, in their order. */
  List<Round> all() {
    return rounds;
  }

  /** Uses a slot once more. */
  void useAgain(Slot slot, long nowMicros) {
    long generation = requireNonNull(ledger.store().repository(REPOSITORY)).revision() + 1;
    Round round = Round.of(slot, rounds.size(), generation);
    rounds.add(round);
    List<Command> commands = List.of(round.reserve(), round.fill(), round.release());
    List<Outcome> outcomes = new ArrayList<>();
    if (rounds.size() % 2 == 0) {
      outcomes.addAll(StoreRunner.run(ledger.store(), commands, nowMicros));
    } else {
      commands.forEach(
          one -> outcomes.addAll(StoreRunner.run(ledger.store(), List.of(one), nowMicros)));
    }
    outcomes.forEach(outcome -> assertInstanceOf(Outcome.Done.class, outcome));
  }

  /** Every duplicate of every round is answered as its own, whatever came after it. */
  void checkReplays(List<Round> some, long nowMicros) {
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
    List<Outcome> outcomes = StoreRunner.run(ledger.store(), duplicates, nowMicros);
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
}
