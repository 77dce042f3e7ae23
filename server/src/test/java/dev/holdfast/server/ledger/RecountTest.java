package dev.holdfast.server.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.holdfast.server.ledger.books.Change;
import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.engine.Recount;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecountTest {
  private static final Repository REPOSITORY =
      new Repository("default", 100, 30, 10, 2, 7, 1, 1, false);

  private static Event event(long revision, long availableBytes) {
    return new Event(revision, 1, availableBytes, new Change.UnassignedChanged(10));
  }

  @Test
  void whereNoEventIsKeptNoneHasToAgree() {
    assertEquals(
        List.of(), new Recount(REPOSITORY, 20, 2, 6, null, List.of(), List.of()).problems());
  }

  @Test
  void booksThatAgreeHaveNoProblems() {
    List<Recount.Sold> sold = List.of(new Recount.Sold("cold", 20, 20));
    assertEquals(
        List.of(), new Recount(REPOSITORY, 20, 2, 6, event(7, 70), List.of(), sold).problems());
  }

  @Test
  void whateverDoesNotIsNamedWithBothNumbers() {
    List<Recount.Sold> sold =
        List.of(new Recount.Sold("cold", 20, 20), new Recount.Sold("hot", 1, 0));
    Recount.Problem lost = new Recount.Problem("last chunk of events", 9, 8);
    assertEquals(
        List.of(
            lost,
            new Recount.Problem("reserved_bytes", 30, 29),
            new Recount.Problem("reservation_count", 2, 3),
            new Recount.Problem("revision, and the newest of a reservation", 7, 8),
            new Recount.Problem("revision, and that of the last event", 7, 6),
            new Recount.Problem("available_bytes, and those of the last event", 70, 71),
            new Recount.Problem("sold_bytes of offer hot", 1, 0)),
        new Recount(REPOSITORY, 19, 3, 8, event(6, 71), List.of(lost), sold).problems());
  }
}
