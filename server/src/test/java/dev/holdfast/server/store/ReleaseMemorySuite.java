package dev.holdfast.server.store;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.server.ledger.StoreRunner;
import dev.holdfast.server.ledger.books.ReleaseReason;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.engine.LedgerStore;
import dev.holdfast.server.ledger.rules.Command;
import dev.holdfast.server.ledger.rules.Outcome;
import dev.holdfast.server.ledger.rules.Rejection;
import dev.holdfast.server.ledger.rules.Sales;
import dev.holdfast.server.ledger.rules.repositories.CreateRepository;
import dev.holdfast.server.ledger.rules.sales.PutOffer;
import dev.holdfast.server.ledger.rules.slots.EndRequest;
import dev.holdfast.server.ledger.rules.slots.ReleaseSlot;
import dev.holdfast.server.ledger.rules.slots.ReserveSlot;
import dev.holdfast.server.ledger.view.ReadSet;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests that every engine retains releases through restarts, until they are purged. */
interface ReleaseMemorySuite extends StoredLedger {
  @Test
  default void everyReleaseIsRememberedThroughEveryRestart() {
    StoreRunner.run(store(), List.of(new CreateRepository(REPOSITORY, 10)), 1);
    ReadSet all = new ReadSet(REPOSITORY);
    for (int i = 0; i < 150; i++) {
      Slot slot = new Slot("request", i);
      all.slot(slot);
      Command release = new ReleaseSlot(REPOSITORY, slot, 0, ReleaseReason.ATTEMPT_FAILED, "");
      StoreRunner.run(store(), List.of(StoredLedger.reserve(slot), release), i);
      if (i % 11 == 0) {
        reopen();
        try (LedgerStore.Transaction transaction = StoreRunner.begin(store(), REPOSITORY)) {
          var books = transaction.load(all, 0).books();
          for (Slot before : all.slots()) {
            assertNotNull(books.slot(before).latestReleased(), before + ", step " + i);
          }
        }
      }
    }
  }

  @Test
  default void everyRoundOfASlotIsRememberedThroughRestartsUntilItIsForgotten() {
    SlotRounds rounds = new SlotRounds(this);
    StoreRunner.run(store(), List.of(new CreateRepository(REPOSITORY, 10)), 0);
    for (int i = 0; i < 50; i++) {
      rounds.useAgain(SLOT, i);
      // Others, so that an index of any size moves what it has.
      StoreRunner.run(store(), List.of(StoredLedger.reserve(new Slot("other", i))), i);
      StoreRunner.run(store(), List.of(new EndRequest(REPOSITORY, "other", "")), i);
      if (i % 10 == 9) {
        rounds.checkReplays(rounds.all(), i);
        reopen();
        rounds.checkReplays(rounds.all(), i);
      }
    }
    long revision = requireNonNull(store().repository(REPOSITORY)).revision();
    StoreRunner.purge(store(), 25);
    rounds.checkReplays(rounds.all().subList(25, 50), 50);
    reopen();
    rounds.checkReplays(rounds.all().subList(25, 50), 50);
    for (SlotRounds.Round round : rounds.all().subList(0, 25)) {
      Outcome forgotten = StoreRunner.run(store(), List.of(round.release()), 50).get(0);
      assertEquals(
          Rejection.Reason.GENERATION_MISMATCH,
          assertInstanceOf(Rejection.class, forgotten).reason());
    }
    assertEquals(revision, requireNonNull(store().repository(REPOSITORY)).revision());
    SlotRounds.Round first = rounds.all().get(0);
    assertInstanceOf(
        Outcome.ReservationDone.class,
        StoreRunner.run(store(), List.of(first.reserve()), 51).get(0));
  }

  /** Its releases are found by the request, which loads no slot with its past. */
  @Test
  default void whatARequestEndedIsRememberedOfEachRoundToo() {
    Command offer = new PutOffer(REPOSITORY, "o", Sales.terms(0, 1));
    StoreRunner.run(store(), List.of(new CreateRepository(REPOSITORY, 10), offer), 0);
    Slot slot = new Slot("request", 0);
    List<Long> generations = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      Command reserve =
          i % 3 == 0
              ? Sales.sell(REPOSITORY, "request", 1, 1, "sale " + i, 0)
              : new ReserveSlot(REPOSITORY, slot, 1, 0, "reserve " + i);
      Command end = new EndRequest(REPOSITORY, "request", "");
      if (i % 2 == 0) {
        StoreRunner.run(store(), List.of(reserve, end), i);
      } else {
        StoreRunner.run(store(), List.of(reserve), i);
        StoreRunner.run(store(), List.of(end), i);
      }
      generations.add(requireNonNull(store().repository(REPOSITORY)).revision() - 1);
      if (i % 7 == 6) {
        reopen();
      }
    }
    for (long generation : generations) {
      Command late =
          new ReleaseSlot(REPOSITORY, slot, generation, ReleaseReason.ATTEMPT_FAILED, "");
      Outcome already = StoreRunner.run(store(), List.of(late), 31).get(0);
      assertTrue(
          assertInstanceOf(Outcome.SlotReleaseDone.class, already, "generation " + generation)
              .alreadyReleased());
    }
    for (int i = 0; i < 30; i++) {
      Command replay =
          i % 3 == 0
              ? Sales.sell(REPOSITORY, "request", 1, 1, "sale " + i, 0)
              : new ReserveSlot(REPOSITORY, slot, 1, 0, "reserve " + i);
      Outcome late = StoreRunner.run(store(), List.of(replay), 32).get(0);
      assertEquals(
          Rejection.Reason.RESERVATION_RELEASED,
          assertInstanceOf(Rejection.class, late, replay.toString()).reason());
    }
  }
}
