package dev.holdfast.server.ledger.books;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The offers of a repository that were loaded for a batch.
 *
 * @param terms the terms of each that exists, by its id
 * @param soldBytes how much is sold under each, and under those that were deleted, where it is more
 *     than 0
 */
public record LoadedOffers(Map<String, Offer.Terms> terms, Map<String, Long> soldBytes) {
  /** No offers. */
  public static final LoadedOffers NONE = new LoadedOffers(Map.of(), Map.of());

  @Nullable Offer offer(String offerId) {
    Offer.Terms found = terms.get(offerId);
    return found == null ? null : new Offer(offerId, found, soldBytes(offerId));
  }

  List<Offer> all() {
    List<Offer> all = new ArrayList<>(terms.size());
    new TreeMap<>(terms).forEach((id, found) -> all.add(new Offer(id, found, soldBytes(id))));
    return all;
  }

  long soldBytes(String offerId) {
    return soldBytes.getOrDefault(offerId, 0L);
  }
}
