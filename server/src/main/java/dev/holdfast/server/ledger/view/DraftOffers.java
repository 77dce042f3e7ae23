package dev.holdfast.server.ledger.view;

import dev.holdfast.server.ledger.books.Change;
import dev.holdfast.server.ledger.books.Offer;
import dev.holdfast.server.ledger.books.Reservation;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

  /** How many more there are than before. */
  private int added;

  /** All offers as they are now, once they were asked for; never altered, as others keep it. */
  private @Nullable List<Offer> all;

  DraftOffers(Books base) {
    this.base = base;
  }

  void put(String offerId, Offer.Terms now) {
    added += isKnown(offerId) ? 0 : 1;
    terms.put(offerId, Optional.of(now));
    altered(offerId);
  }

  void delete(String offerId) {
    terms.put(offerId, Optional.empty());
    added -= isKnown(offerId) ? 0 : 1;
    altered(offerId);
  }

  private boolean isKnown(String offerId) {
    return offer(offerId) != null || soldBytes(offerId) != 0;
  }

  /** Drops them all; nothing is sold under them any longer. */
  void clear() {
    cleared = true;
    terms.clear();
    soldBytes.clear();
    added = 0;
    all = null;
  }

  private void altered(String offerId) {
    if (all != null) {
      List<Offer> now = new ArrayList<>(all);
      LoadedOffers.set(now, offerId, offer(offerId));
      all = now;
    }
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
      altered(reservation.offerId());
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
    List<Offer> now = all;
    if (now == null) {
      now = cleared ? new ArrayList<>() : new ArrayList<>(base.offers());
      for (String offerId : terms.keySet()) {
        LoadedOffers.set(now, offerId, offer(offerId));
      }
      for (String offerId : soldBytes.keySet()) {
        LoadedOffers.set(now, offerId, offer(offerId));
      }
      all = now;
    }
    return Collections.unmodifiableList(now);
  }

  /**
   * How many there are, and deleted ones under which something is sold. A release that takes one of
   * these out counts with the next batch, as it does not know its offer.
   */
  int count() {
    return (cleared ? 0 : base.offerCount()) + added;
  }

  Delta.OffersDelta delta() {
    return new Delta.OffersDelta(cleared, terms, soldBytes);
  }
}
