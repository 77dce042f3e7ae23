package dev.holdfast.server.ledger.rules;

import dev.holdfast.server.ledger.books.Books;
import dev.holdfast.server.ledger.books.Change;
import dev.holdfast.server.ledger.books.OperationKey;
import dev.holdfast.server.ledger.books.Released;
import dev.holdfast.server.ledger.books.RememberedOperation;
import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.books.SlotHistory;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Whole books in memory that can be copied, kept by other code than the server keeps its own. */
final class TinyBooks implements Books {
  private @Nullable Repository repository;
  private final Map<Slot, Reservation> current;
  private final Map<Slot, List<Released>> released;
  private final Map<OperationKey, RememberedOperation> operations;

  TinyBooks() {
    this(null, new TreeMap<>(), new HashMap<>(), new HashMap<>());
  }

  private TinyBooks(
      @Nullable Repository repository,
      Map<Slot, Reservation> current,
      Map<Slot, List<Released>> released,
      Map<OperationKey, RememberedOperation> operations) {
    this.repository = repository;
    this.current = current;
    this.released = released;
    this.operations = operations;
  }

  TinyBooks copy() {
    return new TinyBooks(
        repository, new TreeMap<>(current), new HashMap<>(released), new HashMap<>(operations));
  }

  Collection<Reservation> current() {
    return current.values();
  }

  /** Takes changes over; returns how many of them count as revisions. */
  int apply(List<Change> changes, long nowMicros) {
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
    return new SlotHistory(current.get(slot), released.getOrDefault(slot, List.of()));
  }

  @Override
  public List<Reservation> reservationsOf(String requestId) {
    return current.values().stream()
        .filter(reservation -> reservation.slot().requestId().equals(requestId))
        .toList();
  }

  @Override
  public @Nullable RememberedOperation operation(OperationKey key) {
    return operations.get(key);
  }
}
