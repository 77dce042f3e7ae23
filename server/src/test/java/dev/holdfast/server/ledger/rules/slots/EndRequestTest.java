package dev.holdfast.server.ledger.rules.slots;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.rules.Command;
import dev.holdfast.server.ledger.rules.Decision;
import dev.holdfast.server.ledger.rules.Outcome;
import dev.holdfast.server.ledger.rules.Outcome.SlotsReleaseDone;
import dev.holdfast.server.ledger.rules.Rejection;
import dev.holdfast.server.ledger.rules.Sales;
import dev.holdfast.server.ledger.rules.TinyBooks;
import dev.holdfast.server.ledger.rules.repositories.CreateRepository;
import dev.holdfast.server.ledger.rules.sales.StorageRequest;
import java.math.BigInteger;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A request with more slots than one transaction has the room for ends in steps. */
class EndRequestTest {
  private static final String REPOSITORY = "default";
  private static final long CAPACITY_BYTES = 1000;
  private static final int SLOTS = 7;

  private final TinyBooks books = new TinyBooks();

  @BeforeEach
  void reserveSeven() {
    send(new CreateRepository(REPOSITORY, CAPACITY_BYTES));
    for (int i = 0; i < SLOTS; i++) {
      reserve(i, 10 + i);
    }
    books.requestLimit = 3;
  }

  private void reserve(int index, long amountBytes) {
    send(new ReserveSlot(REPOSITORY, new Slot("r", index), amountBytes, 0, ""));
  }

  private Outcome send(Command command) {
    Decision decision = command.decide(books, 1);
    books.apply(decision.changes(), 1);
    return decision.outcome();
  }

  private Outcome end(String operationId) {
    return send(new EndRequest(REPOSITORY, "r", operationId));
  }

  @Test
  void withAnIdItsCountsAreThoseOfAllSteps() {
    assertEquals(new SlotsReleaseDone(3, 33, 942, true), end("e"));
    assertEquals(new SlotsReleaseDone(6, 75, 984, true), end("e"));
    assertEquals(new SlotsReleaseDone(7, 91, 1000, false), end("e"));
    reserve(9, 5);
    assertEquals(new SlotsReleaseDone(7, 91, 995, false), end("e"), "sent once more");
  }

  @Test
  void aStepThatFindsTheRestReleasedByOthersIsTheLast() {
    assertEquals(new SlotsReleaseDone(3, 33, 942, true), end("e"));
    books.requestLimit = 100;
    assertEquals(new SlotsReleaseDone(4, 58, 1000, false), end("other"));
    assertEquals(new SlotsReleaseDone(3, 33, 1000, false), end("e"));
    reserve(9, 5);
    assertEquals(new SlotsReleaseDone(3, 33, 995, false), end("e"), "it is remembered as done");
  }

  @Test
  void withoutAnIdEachStepCountsForItself() {
    assertEquals(new SlotsReleaseDone(3, 33, 942, true), end(""));
    assertEquals(new SlotsReleaseDone(3, 42, 984, true), end(""));
    assertEquals(new SlotsReleaseDone(1, 16, 1000, false), end(""));
    assertEquals(new SlotsReleaseDone(0, 0, 1000, false), end(""));
  }

  @Test
  void theIdOfAStepIsUsedForNothingElse() {
    assertEquals(new SlotsReleaseDone(3, 33, 942, true), end("e"));
    StorageRequest request = new StorageRequest("r", 9, 5, 1, Sales.LARGEST, BigInteger.ZERO, null);
    Rejection refused =
        assertInstanceOf(Rejection.class, send(Sales.sell(REPOSITORY, request, "e", 1)));
    assertEquals(Rejection.Reason.OPERATION_ID_REUSED, refused.reason());
  }

  @Test
  void inAnApplyTheOneThatFindsNoRoomReleasesNothingAndSaysMore() {
    List<Step> steps =
        List.of(
            new EndRequest(REPOSITORY, "r", "e"),
            new EndRequest(REPOSITORY, "r", "e"),
            new EndRequest(REPOSITORY, "r", "f"));
    Outcome.ApplyDone done =
        assertInstanceOf(Outcome.ApplyDone.class, send(new Apply(REPOSITORY, steps, true)));
    assertEquals(
        List.of(
            new SlotsReleaseDone(3, 33, 942, true),
            new SlotsReleaseDone(3, 33, 942, true),
            new SlotsReleaseDone(0, 0, 942, true)),
        done.outcomes());
    assertEquals(new SlotsReleaseDone(3, 42, 984, true), end("f"));
    assertEquals(new SlotsReleaseDone(4, 49, 1000, false), end("e"));
    assertTrue(books.current().isEmpty());
  }
}
