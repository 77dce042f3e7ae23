package dev.holdfast.server.ledger.view;

import dev.holdfast.server.ledger.books.Offer;
import dev.holdfast.server.ledger.books.OperationKey;
import dev.holdfast.server.ledger.books.Released;
import dev.holdfast.server.ledger.books.RememberedOperation;
import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.books.RequestReservations;
import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.books.SlotHistory;
import dev.holdfast.server.ledger.books.SlotHistory.RememberedChange;
import dev.holdfast.server.ledger.view.ReadSet.PastKeys;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The part of a repository that an engine loaded for a batch.
 *
 * @param reads the read set
 * @param repository the repository; null if it never existed
 * @param slots the histories of the read slots, without unknown slots; mutable
 * @param older the read releases that are not the latest ones of their slots
 * @param requests the reservations of the read requests; requests without any are absent
 * @param reserved the reserved slots of the drawn ones, by request; it may contain further slots of
 *     the request
 * @param loadedOffers the read offers
 * @param operations the read operations that are remembered
 * @param keys the read part of the datastore
 */
public record LoadedBooks(
    ReadSet reads,
    @Nullable Repository repository,
    Map<Slot, SlotHistory> slots,
    OlderReleases older,
    Map<String, RequestReservations> requests,
    Map<String, Set<Long>> reserved,
    LoadedOffers loadedOffers,
    Map<OperationKey, RememberedOperation> operations,
    LoadedKeys keys)
    implements Books {

  /**
   * Makes a view of loaded data. The slots of a request that was read as a whole can also be read
   * one by one, but without their past: rules read the past by slot.
   */
  public LoadedBooks {
    for (RequestReservations loaded : requests.values()) {
      for (Reservation reservation : loaded.reservations()) {
        slots.putIfAbsent(reservation.slot(), new SlotHistory(reservation, null));
      }
    }
  }

  @Override
  public SlotHistory slot(Slot slot) {
    SlotHistory history = slots.get(slot);
    if (history == null) {
      // Free slots of a request that was read as a whole have no past here either.
      require(reads.slots().contains(slot) || isWhole(slot.requestId()), slot);
      return SlotHistory.NONE;
    }
    return history;
  }

  @Override
  public @Nullable Released released(Slot slot, long generation) {
    PastKeys known = reads.pastKeys().get(slot);
    require(generation == 0 || (known != null && known.contains(generation)), slot);
    Released latest = slot(slot).released(generation);
    return latest != null ? latest : older.released(slot, generation);
  }

  @Override
  public @Nullable RememberedChange operation(Slot slot, String operationId) {
    PastKeys known = reads.pastKeys().get(slot);
    require(operationId.isEmpty() || (known != null && known.contains(operationId)), slot);
    RememberedChange found = slot(slot).operation(operationId);
    return found != null ? found : older.operation(slot, operationId);
  }

  private boolean isWhole(String requestId) {
    return reads.drawn().containsKey(requestId)
        || (reads.requestIds().contains(requestId)
            && !requests.getOrDefault(requestId, RequestReservations.NONE).more());
  }

  @Override
  public RequestReservations reservationsOf(String requestId) {
    require(reads.requestIds().contains(requestId), requestId);
    return requests.getOrDefault(requestId, RequestReservations.NONE);
  }

  @Override
  public boolean isReserved(Slot slot) {
    require(reads.drawn().containsKey(slot.requestId()), slot);
    return reserved.getOrDefault(slot.requestId(), Set.of()).contains(slot.slotIndex());
  }

  @Override
  public @Nullable Offer offer(String offerId) {
    require(reads.allOffers() || reads.offerIds().contains(offerId), offerId);
    return loadedOffers.offer(offerId);
  }

  @Override
  public List<Offer> offers() {
    require(reads.allOffers(), "offers");
    return loadedOffers.offers();
  }

  @Override
  public int offerCount() {
    require(reads.allOffers(), "offers");
    return loadedOffers.count();
  }

  @Override
  public long soldBytes(String offerId) {
    require(reads.allOffers() || reads.offerIds().contains(offerId), offerId);
    return loadedOffers.soldBytes(offerId);
  }

  @Override
  public @Nullable RememberedOperation operation(OperationKey key) {
    require(key.operationId().isEmpty() || reads.operations().contains(key), key);
    return operations.get(key);
  }

  /** Throws if the data was not loaded: deciding on it would treat it as missing. */
  private static void require(boolean loaded, Object subject) {
    if (!loaded) {
      throw new IllegalStateException("not loaded for this batch: " + subject);
    }
  }
}
