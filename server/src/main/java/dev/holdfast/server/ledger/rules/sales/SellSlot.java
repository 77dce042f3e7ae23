package dev.holdfast.server.ledger.rules.sales;

import dev.holdfast.server.ledger.books.Change;
import dev.holdfast.server.ledger.books.Offer;
import dev.holdfast.server.ledger.books.OperationKey;
import dev.holdfast.server.ledger.books.Released;
import dev.holdfast.server.ledger.books.RememberedOperation;
import dev.holdfast.server.ledger.books.RememberedOperation.Kind;
import dev.holdfast.server.ledger.books.RememberedOperation.Sale;
import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.rules.Command;
import dev.holdfast.server.ledger.rules.Decision;
import dev.holdfast.server.ledger.rules.Outcome;
import dev.holdfast.server.ledger.rules.Rejections;
import dev.holdfast.server.ledger.rules.Rules;
import dev.holdfast.server.ledger.view.Books;
import dev.holdfast.server.ledger.view.ReadSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Sells a slot of a storage request, on the terms of an offer.
 *
 * @param choice the drawn slots
 * @param fields the fields that are compared on a retry
 * @param leaseMicros the length of the lease; 0 for none
 * @param validateOnly whether to return what would be sold, without a change
 */
public record SellSlot(
    String repositoryId,
    StorageRequest request,
    SlotChoice choice,
    SaleFields fields,
    long leaseMicros,
    String operationId,
    boolean validateOnly)
    implements Command {

  @Override
  public void declareReads(ReadSet reads) {
    reads.drawn(request.requestId(), choice.drawn());
    reads.offers();
    reads.operation(key());
  }

  private OperationKey key() {
    return new OperationKey(request.requestId(), operationId);
  }

  @Override
  public Decision decide(Books books, long nowMicros) {
    return Rules.inRepository(books, repositoryId, repository -> in(repository, books, nowMicros));
  }

  @Override
  public long bytes() {
    return BASE_BYTES + choice.bytes();
  }

  @Override
  public Map<String, Integer> requests() {
    return Map.of(request.requestId(), choice.drawn().length);
  }

  /** Returns the command with another choice. */
  public SellSlot with(SlotChoice other) {
    return new SellSlot(
        repositoryId, request, other, fields, leaseMicros, operationId, validateOnly);
  }

  private Decision in(Repository repository, Books books, long nowMicros) {
    RememberedOperation earlier = books.operation(key());
    if (earlier != null) {
      return Decision.of(replay(repository, books, earlier));
    }
    OptionalLong free =
        choice.first(index -> books.isReserved(new Slot(request.requestId(), index)));
    if (free.isEmpty() && !choice.exhaustive()) {
      return Decision.of(new Outcome.DrawnReserved());
    }
    List<Offer> offers = books.offers();
    Offer best = null;
    for (Offer offer : offers) {
      // Offers are ordered by id, so the first of those with equal prices wins.
      if ((best == null || offer.terms().minPrice().compareTo(best.terms().minPrice()) > 0)
          && Declines.reason(offer, request, repository, nowMicros) == null) {
        best = offer;
      }
    }
    if (best == null || request.ended(nowMicros) || free.isEmpty()) {
      UnsoldSlot unsold =
          new UnsoldSlot(
              request, repository, offers, nowMicros, free.isPresent(), choice.excluded().size());
      return Decision.of(new Outcome.SaleDone(null, unsold, repository.availableBytes()));
    }
    Slot slot = new Slot(request.requestId(), free.getAsLong());
    return sell(repository, slot, best, nowMicros);
  }

  private Decision sell(Repository repository, Slot slot, Offer offer, long nowMicros) {
    Reservation reservation =
        new Reservation(
            slot,
            request.slotSizeBytes(),
            validateOnly ? 0 : repository.revision() + 1,
            nowMicros,
            leaseMicros,
            leaseMicros == 0 ? 0 : nowMicros + leaseMicros,
            // The scope of the id is the request, so it is not an operation of the slot.
            "",
            Reservation.Fill.NONE,
            offer.id());
    Outcome outcome =
        new Outcome.SaleDone(
            reservation, null, repository.availableBytes() - request.slotSizeBytes());
    if (validateOnly) {
      return Decision.of(outcome);
    }
    Change reserved = new Change.SlotReserved(reservation);
    if (operationId.isEmpty()) {
      return Decision.of(outcome, reserved);
    }
    long generation = reservation.generation();
    return Decision.of(
        outcome,
        reserved,
        new Change.OperationRemembered(
            new RememberedOperation(
                key(),
                Kind.SELL_SLOT,
                0,
                request.slotSizeBytes(),
                generation,
                new Sale(slot, generation, fields.text()))));
  }

  private Outcome replay(Repository repository, Books books, RememberedOperation earlier) {
    Sale sale = earlier.sale();
    String difference =
        sale == null
            ? "rpc"
            : validateOnly ? "validate_only" : fields.difference(new SaleFields(sale.asked()));
    if (sale == null || difference != null) {
      return Rejections.operationIdReused(
          repositoryId, operationId, String.valueOf(difference), description(earlier));
    }
    Reservation current = books.slot(sale.slot()).current();
    if (current != null && current.generation() == sale.generation()) {
      return new Outcome.SaleDone(current, null, repository.availableBytes());
    }
    Released released = books.released(sale.slot(), sale.generation());
    if (released == null) {
      throw new IllegalStateException("the release of a remembered sale is missing: " + earlier);
    }
    return Rejections.reservationReleased(repositoryId, released);
  }

  private static String description(RememberedOperation earlier) {
    Sale sale = earlier.sale();
    return sale == null
        ? earlier.kind().toString()
        : earlier.kind() + " of " + sale.slot() + ", generation " + sale.generation();
  }
}
