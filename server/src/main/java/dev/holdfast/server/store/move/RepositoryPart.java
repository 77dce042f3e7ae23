package dev.holdfast.server.store.move;

import dev.holdfast.server.ledger.books.Change;
import dev.holdfast.server.ledger.books.Entry;
import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.books.Offer;
import dev.holdfast.server.ledger.books.Released;
import dev.holdfast.server.ledger.books.RememberedOperation;
import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.books.SlotHistory;
import dev.holdfast.server.ledger.view.Delta;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A part of a repository, small enough for one write. It is written like the changes of a batch, so
 * that a move needs no second way to write a row.
 */
public final class RepositoryPart {
  private static final long BYTES_PER_ROW = 1024;

  private final String repositoryId;
  private final List<Delta.SlotDelta> slots = new ArrayList<>();
  private final List<RememberedOperation> operations = new ArrayList<>();
  private final Map<String, Optional<Offer.Terms>> terms = new LinkedHashMap<>();
  private final Map<String, Long> soldBytes = new LinkedHashMap<>();
  private final Map<String, Optional<Entry>> entries = new LinkedHashMap<>();
  private final List<Event> events = new ArrayList<>();
  private final List<Released> released = new ArrayList<>();
  private long rowCount;

  RepositoryPart(String repositoryId) {
    this.repositoryId = repositoryId;
  }

  public String repositoryId() {
    return repositoryId;
  }

  /** Returns the number of rows; the values of entries count by their bytes. */
  public long rowCount() {
    return rowCount;
  }

  void add(String offerId, Offer.@Nullable Terms ofOffer, long sold) {
    terms.put(offerId, Optional.ofNullable(ofOffer));
    soldBytes.put(offerId, sold);
    rowCount++;
  }

  void add(Reservation reservation) {
    slots.add(
        new Delta.SlotDelta(
            reservation.slot(), SlotHistory.NONE, new SlotHistory(reservation, null)));
    rowCount++;
  }

  void add(RememberedOperation operation) {
    operations.add(operation);
    rowCount++;
  }

  void add(Entry entry) {
    entries.put(entry.key(), Optional.of(entry));
    rowCount += 1 + entry.value().bytes().length / BYTES_PER_ROW;
  }

  void add(List<Event> consecutive) {
    events.addAll(consecutive);
    rowCount += consecutive.size();
    for (Event event : consecutive) {
      if (event.change() instanceof Change.SlotReleased change) {
        released.add(change.released());
      }
    }
  }

  /**
   * Returns the part as the changes of a batch that leaves the books as they are.
   *
   * @param books the books of the repository
   */
  public Delta delta(Repository books) {
    return new Delta(
        books,
        books,
        slots,
        released,
        new Delta.OffersDelta(false, terms, soldBytes),
        operations,
        events,
        new Delta.KeysDelta(entries, 0));
  }
}
