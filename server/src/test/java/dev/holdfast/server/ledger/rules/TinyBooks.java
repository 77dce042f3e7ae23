package dev.holdfast.server.ledger.rules;

import dev.holdfast.server.ledger.books.Change;
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
import dev.holdfast.server.ledger.view.Books;
import dev.holdfast.server.ledger.view.Keys;
import dev.holdfast.server.ledger.view.LoadedKeys;
import dev.holdfast.server.ledger.view.ReadSet;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Whole books in memory that can be copied, kept by other code than the server keeps its own. */
public final class TinyBooks implements Books {
  private @Nullable Repository repository;
  private final Map<Slot, Reservation> current;
  private final Map<Slot, List<Released>> released;
  private final Map<OperationKey, RememberedOperation> operations;
  private final Map<String, Offer.Terms> terms;

  /** How many reservations of a request are shown at a time. */
  public int requestLimit = Integer.MAX_VALUE;

  public TinyBooks() {
    this(null, new TreeMap<>(), new HashMap<>(), new HashMap<>(), new TreeMap<>());
  }

  private TinyBooks(
      @Nullable Repository repository,
      Map<Slot, Reservation> current,
      Map<Slot, List<Released>> released,
      Map<OperationKey, RememberedOperation> operations,
      Map<String, Offer.Terms> terms) {
    this.repository = repository;
    this.current = current;
    this.released = released;
    this.operations = operations;
    this.terms = terms;
  }

  TinyBooks copy() {
    return new TinyBooks(
        repository,
        new TreeMap<>(current),
        new HashMap<>(released),
        new HashMap<>(operations),
        new TreeMap<>(terms));
  }

  public Collection<Reservation> current() {
    return current.values();
  }

  /** Everything that was released of a slot. */
  List<Released> past(Slot slot) {
    return released.getOrDefault(slot, List.of());
  }

  /** Takes changes over; returns how many of them count as revisions. */
  public int apply(List<Change> changes, long nowMicros) {
    int booked = 0;
    for (Change change : changes) {
      if (change instanceof Change.SlotReserved reserved) {
        current.put(reserved.reservation().slot(), reserved.reservation());
      } else if (change instanceof Change.SlotFilled filled) {
        current.put(filled.reservation().slot(), filled.reservation());
      } else if (change instanceof Change.LeaseRenewed renewed) {
        current.put(renewed.reservation().slot(), renewed.reservation());
      } else if (change instanceof Change.SlotReleased gone) {
        Slot slot = gone.released().reservation().slot();
        current.remove(slot);
        List<Released> all = new ArrayList<>(released.getOrDefault(slot, List.of()));
        all.add(gone.released());
        released.put(slot, all);
      } else if (change instanceof Change.OfferPut put) {
        terms.put(put.offerId(), put.terms());
      } else if (change instanceof Change.OfferDeleted deleted) {
        terms.remove(deleted.offerId());
      } else if (change instanceof Change.OperationRemembered remembered) {
        operations.put(remembered.operation().key(), remembered.operation());
      }
      if (change instanceof Change.Booked) {
        booked++;
        Repository before = repository != null ? repository : Repository.blank("default");
        repository = before.after(change, nowMicros);
      }
    }
    return booked;
  }

  @Override
  public @Nullable Repository repository() {
    return repository;
  }

  @Override
  public SlotHistory slot(Slot slot) {
    List<Released> past = released.getOrDefault(slot, List.of());
    return new SlotHistory(current.get(slot), past.isEmpty() ? null : past.get(past.size() - 1));
  }

  @Override
  public @Nullable Released released(Slot slot, long generation) {
    return released.getOrDefault(slot, List.of()).stream()
        .filter(past -> past.reservation().generation() == generation)
        .findFirst()
        .orElse(null);
  }

  @Override
  public @Nullable RememberedChange operation(Slot slot, String operationId) {
    RememberedChange now = new SlotHistory(current.get(slot), null).operation(operationId);
    return now != null
        ? now
        : released.getOrDefault(slot, List.of()).stream()
            .map(past -> SlotHistory.operation(operationId, past))
            .filter(Objects::nonNull)
            .findFirst()
            .orElse(null);
  }

  @Override
  public RequestReservations reservationsOf(String requestId) {
    return RequestReservations.first(
        requestLimit,
        current.values().stream()
            .filter(reservation -> reservation.slot().requestId().equals(requestId))
            .toList());
  }

  @Override
  public boolean isReserved(Slot slot) {
    return current.containsKey(slot);
  }

  /** Nobody asks for keys of these books. */
  @Override
  public Keys keys() {
    return LoadedKeys.none(new ReadSet("default"));
  }

  @Override
  public @Nullable Offer offer(String offerId) {
    return terms.containsKey(offerId)
        ? new Offer(offerId, terms.get(offerId), soldBytes(offerId))
        : null;
  }

  @Override
  public List<Offer> offers() {
    return terms.entrySet().stream()
        .map(entry -> new Offer(entry.getKey(), entry.getValue(), soldBytes(entry.getKey())))
        .toList();
  }

  @Override
  public int offerCount() {
    return (int)
        Stream.concat(terms.keySet().stream(), current.values().stream().map(Reservation::offerId))
            .filter(id -> !id.isEmpty())
            .distinct()
            .count();
  }

  /** Counted out each time, where the server keeps a sum. */
  @Override
  public long soldBytes(String offerId) {
    return current.values().stream()
        .filter(reservation -> reservation.offerId().equals(offerId))
        .mapToLong(Reservation::amountBytes)
        .sum();
  }

  @Override
  public @Nullable RememberedOperation operation(OperationKey key) {
    return operations.get(key);
  }
}
