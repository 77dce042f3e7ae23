package dev.holdfast.server.ledger.books;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Offers with changes on top. How much more or less is sold is kept as a difference, so that a
 * release need not know, before anything is loaded, under which offer a slot was sold.
 */
final class DraftOffers {
  private final Books base;
  private boolean cleared;
  private final Map<String, Optional<Offer.Terms>> terms = new HashMap<>();
  private final Map<String, Long> soldBytes = new HashMap<>();

  DraftOffers(Books base) {
    this.base = base;
  }

  void put(String offerId, Offer.Terms now) {
    terms.put(offerId, Optional.of(now));
  }

  void delete(String offerId) {
    terms.put(offerId, Optional.empty());
  }

  /** Drops them all; nothing is sold under them any longer. */
  void clear() {
    cleared = true;
    terms.clear();
    soldBytes.clear();
  }

  /** Books what a change means for the offer that its reservation was sold under, if any. */
  void book(Change.Booked change) {
    if (change instanceof Change.SlotReserved reserved) {
      add(reserved.reservation(), 1);
    } else if (change instanceof Change.SlotReleased released) {
      add(released.released().reservation(), -1);
    }
  }

  private void add(Reservation reservation, int sign) {
    if (!reservation.offerId().isEmpty()) {
      soldBytes.merge(reservation.offerId(), sign * reservation.amountBytes(), Long::sum);
    }
  }

  long soldBytes(String offerId) {
    long before = cleared ? 0 : base.soldBytes(offerId);
    return before + soldBytes.getOrDefault(offerId, 0L);
  }

  @Nullable Offer offer(String offerId) {
    Optional<Offer.Terms> altered = terms.get(offerId);
    if (altered != null) {
      return altered.map(now -> new Offer(offerId, now, soldBytes(offerId))).orElse(null);
    }
    Offer before = cleared ? null : base.offer(offerId);
    return before == null ? null : new Offer(offerId, before.terms(), soldBytes(offerId));
  }

  List<Offer> all() {
    TreeMap<String, Offer.Terms> now = new TreeMap<>();
    if (!cleared) {
      base.offers().forEach(offer -> now.put(offer.id(), offer.terms()));
    }
    terms.forEach(
        (id, altered) -> {
          if (altered.isPresent()) {
            now.put(id, altered.get());
          } else {
            now.remove(id);
          }
        });
    List<Offer> all = new ArrayList<>(now.size());
    now.forEach((id, found) -> all.add(new Offer(id, found, soldBytes(id))));
    return all;
  }

  Delta.OffersDelta delta() {
    return new Delta.OffersDelta(cleared, terms, soldBytes);
  }
}
