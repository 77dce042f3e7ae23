package dev.holdfast.server.store.postgresql;

import dev.holdfast.server.ledger.books.OperationKey;
import dev.holdfast.server.ledger.books.RememberedOperation;
import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.books.RequestReservations;
import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.view.LoadedBooks;
import dev.holdfast.server.ledger.view.LoadedKeys;
import dev.holdfast.server.ledger.view.LoadedOffers;
import dev.holdfast.server.ledger.view.OlderReleases;
import dev.holdfast.server.ledger.view.ReadSet;
import dev.holdfast.server.ledger.view.ReadSet.PastKeys;
import dev.holdfast.server.store.postgresql.connection.Flight;
import dev.holdfast.server.store.postgresql.connection.Session;
import dev.holdfast.server.store.postgresql.rows.EntryRows;
import dev.holdfast.server.store.postgresql.rows.OfferRows;
import dev.holdfast.server.store.postgresql.rows.OperationRows;
import dev.holdfast.server.store.postgresql.rows.ReservationRows;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Loads what a batch reads, with as few flights as possible: one, a second one for the events of
 * old releases, and one more for a sale that is known already.
 */
final class PostgresLoad {
  private final ReadSet reads;
  private final String repositoryId;
  private final SlotLoad slots;
  private final OfferRows offers = new OfferRows();
  private final EntryRows entries = new EntryRows();
  private final Map<OperationKey, RememberedOperation> operations = new HashMap<>();
  private final Map<String, List<Reservation>> requests = new HashMap<>();
  private final Map<String, Set<Long>> reserved = new HashMap<>();

  PostgresLoad(ReadSet reads) {
    this.reads = reads;
    this.repositoryId = reads.repositoryId();
    this.slots = new SlotLoad(repositoryId);
  }

  /** Adds the load of everything that is known before the first flight. */
  void add(Flight flight) {
    if (!reads.operations().isEmpty()) {
      OperationRows.load(
          flight,
          repositoryId,
          reads.operations(),
          operation -> operations.put(operation.key(), operation));
    }
    slots.add(flight, reads.pastKeys());
    reads.drawn().forEach((requestId, drawn) -> addDrawn(flight, requestId, drawn));
    offers.load(flight, repositoryId, reads.allOffers(), reads.offerIds());
    entries.load(flight, reads);
    if (requestsFit()) {
      reads.requests().forEach((requestId, limit) -> addRequest(flight, requestId, limit));
    }
  }

  private void addDrawn(Flight flight, String requestId, List<long[]> drawn) {
    Set<Long> found = new HashSet<>();
    reserved.put(requestId, found);
    List<Slot> asked = new ArrayList<>();
    for (long[] indexes : drawn) {
      for (long index : indexes) {
        asked.add(new Slot(requestId, index));
      }
    }
    ReservationRows.loadReserved(flight, repositoryId, asked, slot -> found.add(slot.slotIndex()));
  }

  /** Returns whether all requests together stay below their limit, whatever is found of each. */
  private boolean requestsFit() {
    return reads.requests().values().stream().mapToLong(Integer::longValue).sum()
        <= ReadSet.MAX_LOADED_SLOTS;
  }

  private void addRequest(Flight flight, String requestId, int limit) {
    List<Reservation> found = new ArrayList<>();
    requests.put(requestId, found);
    ReservationRows.loadRequest(
        flight,
        repositoryId,
        requestId,
        limit + 1,
        row -> found.add(ReservationRows.reservation(row)));
  }

  /** Loads what the first flight led to. */
  void loadRest(Session session) throws SQLException {
    if (!requestsFit()) {
      int remaining = ReadSet.MAX_LOADED_SLOTS;
      for (Map.Entry<String, Integer> request : reads.requests().entrySet()) {
        int limit = Math.min(remaining, request.getValue());
        Flight flight = session.flight();
        addRequest(flight, request.getKey(), limit);
        flight.run();
        int found = Objects.requireNonNull(requests.get(request.getKey())).size();
        remaining -= Math.min(limit, found);
      }
    }
    loadSales(session);
    slots.loadReleases(session);
  }

  private void loadSales(Session session) throws SQLException {
    Set<Slot> sold = new HashSet<>();
    for (RememberedOperation operation : operations.values()) {
      RememberedOperation.Sale sale = operation.sale();
      if (sale != null) {
        reads.slot(sale.slot(), sale.generation(), "");
        sold.add(sale.slot());
      }
    }
    if (!sold.isEmpty()) {
      Map<Slot, PastKeys> wanted = new HashMap<>(reads.pastKeys());
      wanted.keySet().retainAll(sold);
      Flight flight = session.flight();
      slots.add(flight, wanted);
      flight.run();
    }
  }

  /**
   * Returns what was loaded.
   *
   * @param lastVersion the newest version of the datastore that was ever used
   */
  LoadedBooks books(Repository repository, long lastVersion) {
    Map<String, RequestReservations> limited = new HashMap<>();
    int remaining = ReadSet.MAX_LOADED_SLOTS;
    for (Map.Entry<String, Integer> request : reads.requests().entrySet()) {
      RequestReservations first =
          RequestReservations.first(
              Math.min(remaining, request.getValue()),
              Objects.requireNonNull(requests.get(request.getKey())));
      limited.put(request.getKey(), first);
      remaining -= first.reservations().size();
    }
    return new LoadedBooks(
        reads,
        repository,
        slots.histories(),
        slots.older(),
        limited,
        reserved,
        offers.loaded(),
        operations,
        entries.loaded(reads, lastVersion));
  }

  /**
   * Returns the books of a repository that never existed.
   *
   * @param firstRevision the revision after which those of new repositories begin
   */
  static LoadedBooks none(ReadSet reads, long firstRevision) {
    @Nullable Repository repository =
        firstRevision == 0 ? null : Repository.blank(reads.repositoryId(), firstRevision);
    return new LoadedBooks(
        reads,
        repository,
        new HashMap<>(),
        new OlderReleases(),
        Map.of(),
        Map.of(),
        LoadedOffers.NONE,
        Map.of(),
        new LoadedKeys(reads, Map.of(), firstRevision, 0));
  }
}
