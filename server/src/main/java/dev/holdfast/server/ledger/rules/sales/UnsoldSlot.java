package dev.holdfast.server.ledger.rules.sales;

import dev.holdfast.server.ledger.books.Offer;
import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.rules.Decline;
import dev.holdfast.server.ledger.rules.Outcome;
import java.util.ArrayList;
import java.util.List;

/**
 * The data of a decision not to sell. The thread that answers the call builds the reasons from it,
 * instead of the single writer, because there may be ten thousand offers.
 *
 * @param request the storage request
 * @param repository the repository
 * @param offers all offers of the repository, by id
 * @param nowMicros the time, in microseconds since the epoch
 * @param slotFree whether a free slot was found
 * @param excludedCount the number of excluded slots
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
