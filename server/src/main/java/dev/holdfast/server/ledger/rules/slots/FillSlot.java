package dev.holdfast.server.ledger.rules.slots;

import dev.holdfast.server.ledger.books.Change;
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

/** Marks a slot as filled and ends its lease. */
public record FillSlot(String repositoryId, Slot slot, long generation, String operationId)
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
      return Decision.of(Rejections.reservationGone(repositoryId, target.released(), generation));
    }
    Reservation current = target.reservation();
    if (current.filled()) {
      return Decision.of(new Outcome.ReservationDone(current, false, repository.availableBytes()));
    }
    Reservation filled =
        current.withFill(
            new Reservation.Fill(
                repository.revision() + 1,
                nowMicros,
                operationId,
                generation == 0 && !operationId.isEmpty()));
    return Decision.of(
        new Outcome.ReservationDone(filled, false, repository.availableBytes()),
        new Change.SlotFilled(filled));
  }

  private Outcome replay(Repository repository, RememberedChange earlier) {
    Reservation reservation = earlier.reservation();
    boolean fill = earlier.kind() == OperationKind.FILL;
    long sent = reservation.fill().anyGeneration() ? 0 : reservation.generation();
    if (!fill || sent != generation) {
      return Rejections.operationIdReused(
          repositoryId,
          operationId,
          fill ? "generation" : "rpc",
          earlier.kind() + " of generation " + reservation.generation());
    }
    return new Outcome.ReservationDone(
        reservation, earlier.released() != null, repository.availableBytes());
  }
}
