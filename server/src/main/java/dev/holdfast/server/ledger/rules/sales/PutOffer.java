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

/** Creates an offer, or replaces the terms of an existing one. */
public record PutOffer(String repositoryId, String offerId, Offer.Terms terms) implements Command {
  /**
   * Maximum number of offers of a repository: each sale holds them in memory and checks them one by
   * one.
   */
  static final int MAX_OFFERS = 10_000;

  @Override
  public void declareReads(ReadSet reads) {
    reads.offers();
  }

  @Override
  public Decision decide(Books books, long nowMicros) {
    return Rules.inRepository(
        books,
        repositoryId,
        repository -> {
          Offer offer = new Offer(offerId, terms, books.soldBytes(offerId));
          Outcome outcome = new Outcome.OfferDone(offer);
          Offer before = books.offer(offerId);
          if (before == null && offer.soldBytes() == 0 && books.offerCount() >= MAX_OFFERS) {
            return Decision.of(Rejections.tooManyOffers(repositoryId, MAX_OFFERS));
          }
          return offer.equals(before)
              ? Decision.of(outcome)
              : Decision.of(outcome, new Change.OfferPut(offerId, terms));
        });
  }
}
