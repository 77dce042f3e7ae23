package dev.holdfast.server.ledger.rules;

import dev.holdfast.server.ledger.books.Change;
import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.view.Books;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The decision of a rule.
 *
 * @param outcome the outcome for the caller
 * @param changes the changes, in order; may be empty
 */
public record Decision(Outcome outcome, List<Change> changes) {
  public static Decision of(Outcome outcome, Change... changes) {
    return new Decision(outcome, List.of(changes));
  }

  /**
   * Returns this decision, or a rejection if it needs new space and the disk has too little. An
   * outcome without changes is kept: the answer to a repeated operation, for example.
   *
   * @param books the books that it was decided against
   */
  public Decision ifSpaceAllows(Books books) {
    if (!books.diskSpace().isShort()) {
      return this;
    }
    Repository repository = books.repository();
    return changes.stream().anyMatch(change -> needsSpace(change, repository))
        ? of(Rejections.diskNearlyFull(books.diskSpace()))
        : this;
  }

  /** Returns whether a change keeps more data than before, beyond the event that reports it. */
  private static boolean needsSpace(Change change, @Nullable Repository before) {
    if (change instanceof Change.UnassignedChanged unassigned) {
      return before == null || unassigned.unassignedBytes() > before.unassignedBytes();
    }
    return change instanceof Change.SlotReserved
        || change instanceof Change.OfferPut
        || change instanceof Change.ValuePut
        || (change instanceof Change.CapacityChanged capacity
            && capacity.kind() == Change.CapacityChanged.Kind.CREATED);
  }
}
