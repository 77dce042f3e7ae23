package dev.holdfast.server.ledger.rules;

import dev.holdfast.server.ledger.books.Books;
import dev.holdfast.server.ledger.books.Change;
import dev.holdfast.server.ledger.books.Offer;
import dev.holdfast.server.ledger.books.Touched;

/** Makes an offer, or gives the one of this id other terms. */
public record PutOffer(String repositoryId, String offerId, Offer.Terms terms) implements Command {
  @Override
  public void touch(Touched touched) {
    touched.offer(offerId);
  }

  @Override
  public Decision decide(Books books, long nowMicros) {
    return Rules.inRepository(
        books,
        repositoryId,
        repository -> {
          Offer offer = new Offer(offerId, terms, books.soldBytes(offerId));
          Outcome outcome = new Outcome.OfferDone(offer);
          return offer.equals(books.offer(offerId))
              ? Decision.of(outcome)
              : Decision.of(outcome, new Change.OfferPut(offerId, terms));
        });
  }
}
