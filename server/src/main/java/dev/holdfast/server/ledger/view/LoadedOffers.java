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
 * The loaded offers of a repository. Immutable, so that an engine can keep them from one batch to
 * the next, and an outcome can refer to them.
 *
 * @param offers the existing offers, by id
 * @param soldOfDeleted the sold bytes of deleted offers, if more than 0
 */
public record LoadedOffers(List<Offer> offers, Map<String, Long> soldOfDeleted) {
  public static final LoadedOffers NONE = new LoadedOffers(List.of(), Map.of());

  /**
   * Returns the offers from an engine's data.
   *
   * @param terms the terms of each existing offer, by id
   * @param soldBytes the sold bytes of each existing or deleted offer, if more than 0
   */
  public static LoadedOffers of(Map<String, Offer.Terms> terms, Map<String, Long> soldBytes) {
    List<Offer> offers = new ArrayList<>(terms.size());
    new TreeMap<>(terms)
        .forEach((id, found) -> offers.add(new Offer(id, found, soldBytes.getOrDefault(id, 0L))));
    Map<String, Long> soldOfDeleted = new HashMap<>(soldBytes);
    soldOfDeleted.keySet().removeAll(terms.keySet());
    return new LoadedOffers(Collections.unmodifiableList(offers), soldOfDeleted);
  }

  /** Returns the number of existing offers, plus deleted ones with sold bytes. */
  public int count() {
    return offers.size() + soldOfDeleted.size();
  }

  @Nullable Offer offer(String offerId) {
    int index = index(offers, offerId);
    return index < 0 ? null : offers.get(index);
  }

  long soldBytes(String offerId) {
    Offer offer = offer(offerId);
    return offer != null ? offer.soldBytes() : soldOfDeleted.getOrDefault(offerId, 0L);
  }

  /** Returns the offers after a delta. */
  public LoadedOffers after(Delta.OffersDelta delta) {
    if (delta.isEmpty()) {
      return this;
    }
    LoadedOffers before = delta.cleared() ? NONE : this;
    List<Offer> updated = new ArrayList<>(before.offers);
    Map<String, Long> deleted = before.soldOfDeleted;
    Set<String> altered = new HashSet<>(delta.terms().keySet());
    altered.addAll(delta.soldBytes().keySet());
    for (String id : altered) {
      Offer old = before.offer(id);
      Optional<Offer.Terms> terms =
          delta.terms().getOrDefault(id, Optional.ofNullable(old).map(Offer::terms));
      long soldBytes = before.soldBytes(id) + delta.soldBytes().getOrDefault(id, 0L);
      set(updated, id, terms.map(found -> new Offer(id, found, soldBytes)).orElse(null));
      long ofDeleted = terms.isEmpty() ? soldBytes : 0;
      if (deleted.getOrDefault(id, 0L) != ofDeleted) {
        deleted = new HashMap<>(deleted);
        deleted.compute(id, (same, sold) -> ofDeleted == 0 ? null : ofDeleted);
      }
    }
    return new LoadedOffers(Collections.unmodifiableList(updated), deleted);
  }

  /** Sets an offer in a list ordered by id, or removes it if it is null. */
  static void set(List<Offer> byId, String offerId, @Nullable Offer updated) {
    int index = index(byId, offerId);
    if (updated == null && index >= 0) {
      byId.remove(index);
    } else if (updated != null && index >= 0) {
      byId.set(index, updated);
    } else if (updated != null) {
      byId.add(-1 - index, updated);
    }
  }

  /**
   * Returns the index of an offer in a list ordered by id; if there is none, -1 less its insertion
   * index.
   */
  private static int index(List<Offer> byId, String offerId) {
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
