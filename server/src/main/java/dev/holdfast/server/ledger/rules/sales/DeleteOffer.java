package dev.holdfast.server.ledger.rules.sales;

import dev.holdfast.server.ledger.books.Change;
import dev.holdfast.server.ledger.books.Offer;
import dev.holdfast.server.ledger.rules.Command;
import dev.holdfast.server.ledger.rules.Decision;
import dev.holdfast.server.ledger.rules.Outcome;
import dev.holdfast.server.ledger.rules.Rejections;
import dev.holdfast.server.ledger.rules.Rules;
import dev.holdfast.server.ledger.view.Books;
import dev.holdfast.server.ledger.view.ReadSet;

/** Deletes an offer. Its sold slots stay reserved. */
public record DeleteOffer(String repositoryId, String offerId) implements Command {
  @Override
  public void declareReads(ReadSet reads) {
    reads.offer(offerId);
  }

  @Override
  public Decision decide(Books books, long nowMicros) {
    return Rules.inRepository(
        books,
        repositoryId,
        repository -> {
          Offer offer = books.offer(offerId);
          return offer == null
              ? Decision.of(Rejections.offerNotFound(repositoryId, offerId))
              : Decision.of(new Outcome.OfferDone(offer), new Change.OfferDeleted(offerId));
        });
  }
}
