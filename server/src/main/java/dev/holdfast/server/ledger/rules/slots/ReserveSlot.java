package dev.holdfast.server.ledger.rules.slots;

import dev.holdfast.server.ledger.books.Change;
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

/**
 * Reserves space for a slot.
 *
 * @param leaseMicros the length of its lease; 0 for none
 */
public record ReserveSlot(
    String repositoryId, Slot slot, long amountBytes, long leaseMicros, String operationId)
    implements Step {
  @Override
  public void declareReads(ReadSet reads) {
    reads.slot(slot, 0, operationId);
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
    Reservation current = books.slot(slot).current();
    if (current != null) {
      return Decision.of(Rejections.slotAlreadyReserved(repositoryId, current));
    }
    if (amountBytes > repository.availableBytes()) {
      return Decision.of(Rejections.insufficientStorage(repository, amountBytes));
    }
    Reservation reservation =
        new Reservation(
            slot,
            amountBytes,
            repository.revision() + 1,
            nowMicros,
            leaseMicros,
            leaseMicros == 0 ? 0 : nowMicros + leaseMicros,
            operationId,
            Reservation.Fill.NONE,
            "");
    return Decision.of(
        new Outcome.ReservationDone(reservation, false, repository.availableBytes() - amountBytes),
        new Change.SlotReserved(reservation));
  }

  private Outcome replay(Repository repository, RememberedChange earlier) {
    Reservation reservation = earlier.reservation();
    if (earlier.kind() != OperationKind.RESERVE || reservation.amountBytes() != amountBytes) {
      return Rejections.operationIdReused(
          repositoryId,
          operationId,
          earlier.kind() == OperationKind.RESERVE ? "amount_bytes" : "rpc",
          earlier.kind()
              + " of "
              + reservation.amountBytes()
              + " bytes, generation "
              + reservation.generation());
    }
    Released released = earlier.released();
    if (released != null) {
      return Rejections.reservationReleased(repositoryId, released);
    }
    return new Outcome.ReservationDone(reservation, false, repository.availableBytes());
  }
}
