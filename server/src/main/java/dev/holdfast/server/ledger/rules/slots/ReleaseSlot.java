package dev.holdfast.server.ledger.rules.slots;

import dev.holdfast.server.ledger.books.Change;
import dev.holdfast.server.ledger.books.ReleaseReason;
import dev.holdfast.server.ledger.books.Released;
import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.books.SlotHistory.OperationKind;
import dev.holdfast.server.ledger.books.SlotHistory.RememberedChange;
import dev.holdfast.server.ledger.rules.Decision;
import dev.holdfast.server.ledger.rules.Outcome;
import dev.holdfast.server.ledger.rules.Rejections;
import dev.holdfast.server.ledger.rules.Rules;
import dev.holdfast.server.ledger.view.Books;
import dev.holdfast.server.ledger.view.ReadSet;

/** Releases a slot: exactly its own bytes, once. */
public record ReleaseSlot(
    String repositoryId, Slot slot, long generation, ReleaseReason reason, String operationId)
    implements Step {
  @Override
  public long namedGeneration() {
    return generation;
  }

  @Override
  public void declareReads(ReadSet reads) {
    reads.slot(slot, generation, operationId);
  }

  @Override
  public Decision decide(Books books, long nowMicros) {
    return Rules.inRepository(books, repositoryId, repository -> in(repository, books, nowMicros));
  }

  private Decision in(Repository repository, Books books, long nowMicros) {
    RememberedChange earlier = books.operation(slot, operationId);
    if (earlier != null) {
      return Decision.of(replay(repository, earlier));
    }
    Rules.Target target = Rules.target(repositoryId, slot, books, generation);
    if (target.rejection() != null) {
      return Decision.of(target.rejection());
    }
    if (target.released() != null) {
      return Decision.of(
          new Outcome.SlotReleaseDone(
              target.released().reservation().amountBytes(), repository.availableBytes(), true));
    }
    Reservation current = target.reservation();
    if (current.filled() && reason != ReleaseReason.REQUEST_ENDED) {
      return Decision.of(
          Rejections.slotFilled(
              repositoryId,
              current,
              "it is released only because its request ended, with REQUEST_ENDED"));
    }
    Change change =
        new Change.SlotReleased(
            new Released(
                current,
                reason,
                repository.revision() + 1,
                nowMicros,
                operationId,
                generation == 0 && !operationId.isEmpty()));
    return Decision.of(
        new Outcome.SlotReleaseDone(
            current.amountBytes(), repository.after(change, nowMicros).availableBytes(), false),
        change);
  }

  private Outcome replay(Repository repository, RememberedChange earlier) {
    Reservation reservation = earlier.reservation();
    Released released = earlier.released();
    String difference = "rpc";
    if (earlier.kind() == OperationKind.RELEASE && released != null) {
      long sent = released.anyGeneration() ? 0 : reservation.generation();
      if (sent == generation && released.reason() == reason) {
        return new Outcome.SlotReleaseDone(
            reservation.amountBytes(), repository.availableBytes(), false);
      }
      difference = sent == generation ? "reason" : "generation";
    }
    return Rejections.operationIdReused(
        repositoryId,
        operationId,
        difference,
        earlier.kind()
            + " of generation "
            + reservation.generation()
            + (released == null ? "" : ", released because of " + released.reason()));
  }
}
