package dev.holdfast.server.ledger.view;

import dev.holdfast.server.ledger.books.Offer;
import dev.holdfast.server.ledger.books.OperationKey;
import dev.holdfast.server.ledger.books.Released;
import dev.holdfast.server.ledger.books.RememberedOperation;
import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.books.RequestReservations;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.books.SlotHistory;
import dev.holdfast.server.ledger.books.SlotHistory.RememberedChange;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The view of one repository that a rule decides against. It contains the {@linkplain ReadSet read
 * set}; any other access is a programming error and throws.
 */
public interface Books {
  /** Returns the repository, even if it was deleted; null if it never existed. */
  @Nullable Repository repository();

  /** Returns a slot's reservation and its latest release. */
  SlotHistory slot(Slot slot);

  /** Returns the release of this generation of the slot; null if none is remembered. */
  @Nullable Released released(Slot slot, long generation);

  /** Returns the change to the slot with this operation id; null if none is remembered. */
  @Nullable RememberedChange operation(Slot slot, String operationId);

  /** Returns the current reservations of a request, up to the limit of the read set. */
  RequestReservations reservationsOf(String requestId);

  /** Returns whether a slot that was drawn for a sale is reserved. */
  boolean isReserved(Slot slot);

  /** Returns an offer; null if it does not exist or was deleted. */
  @Nullable Offer offer(String offerId);

  /** Returns all offers, by id; the list is immutable. */
  List<Offer> offers();

  /** Returns the number of existing offers, plus deleted ones with sold bytes. */
  int offerCount();

  /** Returns the sold bytes of an offer, even if it was deleted. */
  long soldBytes(String offerId);

  /** Returns the operation remembered under this key; null for none. */
  @Nullable RememberedOperation operation(OperationKey key);

  Keys keys();

  /** Returns the free space of the store's disk, as it was a moment ago. */
  default DiskSpace diskSpace() {
    return DiskSpace.UNLIMITED;
  }
}
