package dev.holdfast.server.ledger.view;

import dev.holdfast.server.ledger.books.Offer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The offers of a repository that were loaded for a batch. They never change, so that an engine can
 * keep them from one batch to the next, and an outcome the list of them.
 *
 * @param offers those that exist, by id
 * @param soldOfDeleted how much is sold under those that were deleted, where it is more than 0
 */
public record LoadedOffers(List<Offer> offers, Map<String, Long> soldOfDeleted) {
  /** No offers. */
  public static final LoadedOffers NONE = new LoadedOffers(List.of(), Map.of());

  /**
   * Offers as an engine has them.
   *
   * @param terms the terms of each that exists, by its id
   * @param soldBytes how much is sold under each, and under those that were deleted, where it is
   *     more than 0
   */
  public static LoadedOffers of(Map<String, Offer.Terms> terms, Map<String, Long> soldBytes) {
    List<Offer> offers = new ArrayList<>(terms.size());
    new TreeMap<>(terms)
        .forEach((id, found) -> offers.add(new Offer(id, found, soldBytes.getOrDefault(id, 0L))));
    Map<String, Long> soldOfDeleted = new HashMap<>(soldBytes);
    soldOfDeleted.keySet().removeAll(terms.keySet());
    return new LoadedOffers(Collections.unmodifiableList(offers), soldOfDeleted);
  }

  /** How many offers there are, and deleted ones under which something is sold. */
  public int count() {
    return offers.size() + soldOfDeleted.size();
  }

  @Nullable Offer offer(String offerId) {
    int place = place(offers, offerId);
    return place < 0 ? null : offers.get(place);
  }

  long soldBytes(String offerId) {
    Offer offer = offer(offerId);
    return offer != null ? offer.soldBytes() : soldOfDeleted.getOrDefault(offerId, 0L);
  }

  /** What becomes of all offers of a repository. */
  public LoadedOffers after(Delta.OffersDelta delta) {
    if (delta.isEmpty()) {
      return this;
    }
    LoadedOffers before = delta.cleared() ? NONE : this;
    List<Offer> now = new ArrayList<>(before.offers);
    Map<String, Long> deleted = before.soldOfDeleted;
    Set<String> altered = new HashSet<>(delta.terms().keySet());
    altered.addAll(delta.soldBytes().keySet());
    for (String id : altered) {
      Offer old = before.offer(id);
      Optional<Offer.Terms> terms =
          delta.terms().getOrDefault(id, Optional.ofNullable(old).map(Offer::terms));
      long soldBytes = before.soldBytes(id) + delta.soldBytes().getOrDefault(id, 0L);
      set(now, id, terms.map(found -> new Offer(id, found, soldBytes)).orElse(null));
      long ofDeleted = terms.isEmpty() ? soldBytes : 0;
      if (deleted.getOrDefault(id, 0L) != ofDeleted) {
        deleted = new HashMap<>(deleted);
        deleted.compute(id, (same, sold) -> ofDeleted == 0 ? null : ofDeleted);
      }
    }
    return new LoadedOffers(Collections.unmodifiableList(now), deleted);
  }

  /** Puts an offer into a list by id, or takes it out where it is null. */
  static void set(List<Offer> byId, String offerId, @Nullable Offer now) {
    int place = place(byId, offerId);
    if (now == null && place >= 0) {
      byId.remove(place);
    } else if (now != null && place >= 0) {
      byId.set(place, now);
    } else if (now != null) {
      byId.add(-1 - place, now);
    }
  }

  /**
   * Where an offer is in a list by id; where there is none, -1 less the place that it would get.
   */
  private static int place(List<Offer> byId, String offerId) {
    int from = 0;
    int to = byId.size();
    while (from < to) {
      int middle = (from + to) >>> 1;
      int order = byId.get(middle).id().compareTo(offerId);
      if (order == 0) {
        return middle;
      } else if (order < 0) {
        from = middle + 1;
      } else {
        to = middle;
      }
    }
    return -1 - from;
  }
}
