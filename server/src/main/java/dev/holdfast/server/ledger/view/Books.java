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
 * What a rule can see of one repository. It shows what was {@linkplain ReadSet asked for} before;
 * to look at anything else is a programming error and throws.
 */
public interface Books {
  /** The repository, also one that was deleted; null where there never was one of this id. */
  @Nullable Repository repository();

  /** What a slot has now, and its latest release. */
  SlotHistory slot(Slot slot);

  /** The release of this generation of the slot; null where none is remembered. */
  @Nullable Released released(Slot slot, long generation);

  /** The change that was made to the slot under this id; null where none is remembered. */
  @Nullable RememberedChange operation(Slot slot, String operationId);

  /** The reservations that a request has now, as many as were asked for. */
  RequestReservations reservationsOf(String requestId);

  /** Whether a slot that was drawn for a sale has a reservation now. */
  boolean isReserved(Slot slot);

  /** An offer; null where there is none, or it was deleted. */
  @Nullable Offer offer(String offerId);

  /** All offers, by id; the list does not change. */
  List<Offer> offers();

  /** How many offers there are, and deleted ones under which something is sold. */
  int offerCount();

  /** How much is sold under an offer of this id, whether or not it still exists. */
  long soldBytes(String offerId);

  /** The operation that is remembered under this key; null for none. */
  @Nullable RememberedOperation operation(OperationKey key);

  /** The datastore. */
  Keys keys();
}
