package dev.holdfast.server.ledger.view;

import dev.holdfast.server.ledger.books.Entry;
import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.books.Offer;
import dev.holdfast.server.ledger.books.Released;
import dev.holdfast.server.ledger.books.RememberedOperation;
import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.books.SlotHistory;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a batch altered in one repository: all that an engine has to write.
 *
 * @param before the repository as it was loaded; null where there was none
 * @param after the repository as it is to be
 * @param slots the slots that were altered; some may have the same reservation as before
 * @param released what was released, in the order of revisions
 * @param offers what became of the offers
 * @param operations the operations to remember
 * @param events what was booked, in the order of revisions
 * @param keys what was altered in the datastore
 */
public record Delta(
    @Nullable Repository before,
    Repository after,
    List<SlotDelta> slots,
    List<Released> released,
    OffersDelta offers,
    List<RememberedOperation> operations,
    List<Event> events,
    KeysDelta keys) {

  /**
   * What a batch altered in a datastore.
   *
   * @param altered the keys that were altered, with what they have now; those deleted have nothing
   * @param lastVersion the newest version that was given out; 0 for none
   */
  public record KeysDelta(Map<String, Optional<Entry>> altered, long lastVersion) {}

  /**
   * What became of the offers.
   *
   * @param cleared whether none of those before is left, nor anything sold under them
   * @param terms the terms of those that were altered, after that; empty for deleted
   * @param soldBytes how much more or less is sold, by the id of the offer
   */
  public record OffersDelta(
      boolean cleared, Map<String, Optional<Offer.Terms>> terms, Map<String, Long> soldBytes) {
    /** Whether nothing became of them, as with most batches. */
    public boolean isEmpty() {
      return !cleared && terms.isEmpty() && soldBytes.isEmpty();
    }
  }

  /**
   * A slot that was altered.
   *
   * @param slot the slot
   * @param before what was known of it
   * @param after what is known of it now
   */
  public record SlotDelta(Slot slot, SlotHistory before, SlotHistory after) {}
}
