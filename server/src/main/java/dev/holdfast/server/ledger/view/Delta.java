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
 * The changes of a batch to one repository: everything that an engine has to write.
 *
 * @param before the repository as loaded; null if it did not exist
 * @param after the repository after the batch
 * @param slots the changed slots; some may have the same reservation as before
 * @param released the released reservations, in the order of revisions
 * @param offers the changes to offers
 * @param operations the operations to remember
 * @param events the booked events, in the order of revisions
 * @param keys the changes to the datastore
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
   * The changes of a batch to a datastore.
   *
   * @param altered the changed keys with their new entries; empty for deleted keys
   * @param lastVersion the newest assigned version; 0 for none
   */
  public record KeysDelta(Map<String, Optional<Entry>> altered, long lastVersion) {}

  /**
   * The changes of a batch to offers.
   *
   * @param cleared whether all earlier offers and their sold bytes are removed first
   * @param terms the new terms of changed offers, applied after that; empty for deleted offers
   * @param soldBytes the change of the sold bytes, by offer id
   */
  public record OffersDelta(
      boolean cleared, Map<String, Optional<Offer.Terms>> terms, Map<String, Long> soldBytes) {
    /** Returns whether no offer changed, as in most batches. */
    public boolean isEmpty() {
      return !cleared && terms.isEmpty() && soldBytes.isEmpty();
    }
  }

  /**
   * A changed slot.
   *
   * @param slot the slot
   * @param before the history before the batch
   * @param after the history after the batch
   */
  public record SlotDelta(Slot slot, SlotHistory before, SlotHistory after) {}
}
