package dev.holdfast.server.ledger.rules.sales;

import dev.holdfast.server.ledger.books.Offer;
import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.rules.Decline;
import dev.holdfast.server.ledger.rules.Outcome;
import java.util.ArrayList;
import java.util.List;

/**
 * Why a slot was not sold: what the decision saw. It is put into words by whoever answers the call,
 * and not by the one writer, as there may be ten thousand offers.
 *
 * @param request what was asked for
 * @param repository the repository
 * @param offers all its offers, by id
 * @param nowMicros when, in microseconds since the epoch
 * @param slotFree whether a slot could be chosen
 * @param excludedCount how many were not to be chosen
 */
public record UnsoldSlot(
    StorageRequest request,
    Repository repository,
    List<Offer> offers,
    long nowMicros,
    boolean slotFree,
    int excludedCount)
    implements Outcome.Unsold {

  @Override
  public int offerCount() {
    return offers.size();
  }

  @Override
  public List<Decline> declines() {
    List<Decline> declines = new ArrayList<>();
    for (Offer offer : offers) {
      Decline.Reason reason = Declines.reason(offer, request, repository, nowMicros);
      if (reason != null) {
        declines.add(Declines.of(offer, reason, request, repository, nowMicros));
      }
    }
    if (request.ended(nowMicros)) {
      declines.add(Declines.ended(request, nowMicros));
    }
    if (offers.isEmpty()) {
      declines.add(Declines.noOffers(repository));
    }
    if (!slotFree) {
      declines.add(Declines.noFreeSlot(request, excludedCount));
    }
    return declines;
  }
}
