package dev.holdfast.server.ledger.rules.slots;

import dev.holdfast.server.ledger.books.Change;
import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.rules.Decision;
import dev.holdfast.server.ledger.rules.Outcome;
import dev.holdfast.server.ledger.rules.Rejections;
import dev.holdfast.server.ledger.rules.Rules;
import dev.holdfast.server.ledger.view.Books;
import dev.holdfast.server.ledger.view.ReadSet;

/** Renews the lease of a reserved slot: it ends this length after now. */
public record RenewLease(String repositoryId, Slot slot, long generation, long leaseMicros)
    implements Step {
  @Override
  public long namedGeneration() {
    return generation;
  }

  @Override
  public void declareReads(ReadSet reads) {
    reads.slot(slot, generation, "");
  }

  @Override
  public Decision decide(Books books, long nowMicros) {
    return Rules.inRepository(
        books,
        repositoryId,
        repository -> {
          Rules.Target target = Rules.target(repositoryId, slot, books, generation);
          if (target.rejection() != null) {
            return Decision.of(target.rejection());
          }
          if (target.released() != null) {
            return Decision.of(
                Rejections.reservationGone(repositoryId, target.released(), generation));
          }
          Reservation current = target.reservation();
          if (current.filled()) {
            return Decision.of(
                Rejections.slotFilled(repositoryId, current, "it has no lease to renew"));
          }
          Reservation renewed = current.withLease(leaseMicros, nowMicros);
          return Decision.of(
              new Outcome.ReservationDone(renewed, false, repository.availableBytes()),
              new Change.LeaseRenewed(renewed));
        });
  }
}
