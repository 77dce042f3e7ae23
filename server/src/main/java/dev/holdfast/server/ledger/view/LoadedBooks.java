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
 * @param reads what was asked for
 * @param repository the repository; null where there never was one
 * @param slots what the slots asked for have; those of which nothing is known are left out; mutable
 * @param older what was asked for of their past, beside their latest releases
 * @param requests the reservations of the requests asked for; those without any are left out
 * @param reserved of the slots that were drawn those that have reservations, by request; it may
 *     have others of the request too
 * @param loadedOffers the offers asked for
 * @param operations the operations asked for that are remembered
 * @param keys what was asked for of the datastore
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
   * Takes over what was loaded. The slots of a request that was asked for as a whole can be looked
   * at one by one too, though without their past: the rules ask by slot for that.
   */
  public LoadedBooks {
    for (RequestReservations ofRequest : requests.values()) {
      for (Reservation reservation : ofRequest.reservations()) {
        slots.putIfAbsent(reservation.slot(), new SlotHistory(reservation, null));
      }
    }
  }

  @Override
  public SlotHistory slot(Slot slot) {
    SlotHistory history = slots.get(slot);
    if (history == null) {
      // Of a request that was asked for as a whole, those that are free come without a past too.
      require(reads.slots().contains(slot) || isWhole(slot.requestId()), slot);
      return SlotHistory.NONE;
    }
    return history;
  }

  @Override
  public @Nullable Released released(Slot slot, long generation) {
    PastKeys asked = reads.pastKeys().get(slot);
    require(generation == 0 || (asked != null && asked.contains(generation)), slot);
    Released latest = slot(slot).released(generation);
    return latest != null ? latest : older.released(slot, generation);
  }

  @Override
  public @Nullable RememberedChange operation(Slot slot, String operationId) {
    PastKeys asked = reads.pastKeys().get(slot);
    require(operationId.isEmpty() || (asked != null && asked.contains(operationId)), slot);
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

  /** Deciding on what was not loaded would be deciding that it does not exist. */
  private static void require(boolean asked, Object what) {
    if (!asked) {
      throw new IllegalStateException("not loaded for this batch: " + what);
    }
  }
}
