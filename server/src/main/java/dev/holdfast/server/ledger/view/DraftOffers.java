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
 * Offers with unwritten changes on top. Changes of the sold bytes are kept as differences, so that
 * the batch can be loaded before a release knows the offer of its slot.
 */
final class DraftOffers {
  private final Books base;
  private boolean cleared;
  private final Map<String, Optional<Offer.Terms>> terms = new HashMap<>();
  private final Map<String, Long> soldBytes = new HashMap<>();

  /** The change of the number of offers. */
  private int added;

  /** All current offers, once they were read; never modified, because others keep the list. */
  private @Nullable List<Offer> all;

  DraftOffers(Books base) {
    this.base = base;
  }

  void put(String offerId, Offer.Terms updated) {
    added += isKnown(offerId) ? 0 : 1;
    terms.put(offerId, Optional.of(updated));
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

  /** Removes all offers and their sold bytes. */
  void clear() {
    cleared = true;
    terms.clear();
    soldBytes.clear();
    added = 0;
    all = null;
  }

  private void altered(String offerId) {
    if (all != null) {
      List<Offer> updated = new ArrayList<>(all);
      LoadedOffers.set(updated, offerId, offer(offerId));
      all = updated;
    }
  }

  /** Updates the sold bytes of the offer of a changed reservation, if any. */
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
      return altered.map(updated -> new Offer(offerId, updated, soldBytes(offerId))).orElse(null);
    }
    Offer before = cleared ? null : base.offer(offerId);
    return before == null ? null : new Offer(offerId, before.terms(), soldBytes(offerId));
  }

  List<Offer> all() {
    List<Offer> updated = all;
    if (updated == null) {
      updated = cleared ? new ArrayList<>() : new ArrayList<>(base.offers());
      for (String offerId : terms.keySet()) {
        LoadedOffers.set(updated, offerId, offer(offerId));
      }
      for (String offerId : soldBytes.keySet()) {
        LoadedOffers.set(updated, offerId, offer(offerId));
      }
      all = updated;
    }
    return Collections.unmodifiableList(updated);
  }

  /**
   * Returns the number of existing offers, plus deleted ones with sold bytes. A release that
   * removes a deleted offer counts with the next batch, because it does not know its offer.
   */
  int count() {
    return (cleared ? 0 : base.offerCount()) + added;
  }

  Delta.OffersDelta delta() {
    return new Delta.OffersDelta(cleared, terms, soldBytes);
  }
}
