package dev.holdfast.server.ledger;

import dev.holdfast.server.ledger.books.Entry;
import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.books.Offer;
import dev.holdfast.server.ledger.books.OperationKey;
import dev.holdfast.server.ledger.books.Released;
import dev.holdfast.server.ledger.books.RememberedOperation;
import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.books.RequestReservations;
import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.books.SlotHistory;
import dev.holdfast.server.ledger.engine.BatchId;
import dev.holdfast.server.ledger.engine.EventsPage;
import dev.holdfast.server.ledger.engine.EventsQuery;
import dev.holdfast.server.ledger.engine.LedgerStore;
import dev.holdfast.server.ledger.engine.Maintenance;
import dev.holdfast.server.ledger.engine.Recount;
import dev.holdfast.server.ledger.rules.slots.ExpireLeases;
import dev.holdfast.server.ledger.view.Delta;
import dev.holdfast.server.ledger.view.LoadedBooks;
import dev.holdfast.server.ledger.view.LoadedKeys;
import dev.holdfast.server.ledger.view.LoadedOffers;
import dev.holdfast.server.ledger.view.OlderReleases;
import dev.holdfast.server.ledger.view.ReadSet;
import dev.holdfast.server.ledger.view.RepositoryVisitor;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The simplest engine that keeps the promises to the ledger, but for durability: what the others
 * are compared with. Not for several threads.
 */
public class MemoryStore implements LedgerStore {
  private static final class Shelf {
    @Nullable Repository repository;
    final TreeMap<Slot, Reservation> current = new TreeMap<>();
    final Map<Slot, TreeMap<Long, Released>> released = new HashMap<>();
    final Map<OperationKey, RememberedOperation> operations = new HashMap<>();
    final TreeMap<String, Offer.Terms> terms = new TreeMap<>();
    final Map<String, Long> soldBytes = new HashMap<>();
    final List<Event> events = new ArrayList<>();
    final TreeMap<String, Entry> entries = new TreeMap<>(MemoryStore::compareKeys);
    long lastVersion;
  }

  private final TreeMap<String, Shelf> shelves = new TreeMap<>();

  /** The revisions of all repositories when the ledger had served for so long. */
  private final TreeMap<Long, Map<String, Long>> notes = new TreeMap<>();

  private long servedMicros;

  private static int compareKeys(String a, String b) {
    return Arrays.compareUnsigned(
        a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
  }

  private Shelf shelf(String repositoryId) {
    return shelves.getOrDefault(repositoryId, new Shelf());
  }

  /** The events of a repository that are still kept. */
  public List<Event> events(String repositoryId) {
    return shelf(repositoryId).events;
  }

  @Override
  public Transaction begin(SortedSet<String> repositoryIds) {
    List<Delta> written = new ArrayList<>();
    return new Transaction() {
      @Override
      public Loaded load(ReadSet reads, long nowMicros) {
        return new Loaded(MemoryStore.this.load(reads), nowMicros);
      }

      @Override
      public int reservationCount(String repositoryId, String requestId, int limit) {
        return Math.min(limit, ofRequest(shelf(repositoryId), requestId).size());
      }

      @Override
      public void write(Delta delta) {
        written.add(delta);
      }

      @Override
      public void commit(BatchId batchId) {
        written.forEach(MemoryStore.this::write);
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public Maintenance maintenance() {
    return new Maintenance() {
      @Override
      public void adjustLeases(long byMicros, long nowMicros, long graceMicros) {
        for (Shelf shelf : shelves.values()) {
          shelf.current.replaceAll(
              (slot, reservation) -> {
                if (reservation.leaseExpireMicros() == 0) {
                  return reservation;
                }
                long least = nowMicros + Math.min(graceMicros, reservation.leaseMicros());
                long most = nowMicros + reservation.leaseMicros();
                long moved = reservation.leaseExpireMicros() + byMicros;
                return withExpiry(reservation, Math.min(Math.max(moved, least), most));
              });
        }
      }

      @Override
      public int purge(ServedNote served, long beforeMicros, int limit) {
        note(served.servedMicros(), served.intervalMicros());
        return forget(beforeMicros);
      }
    };
  }

  private static Reservation withExpiry(Reservation reservation, long expireMicros) {
    return new Reservation(
        reservation.slot(),
        reservation.amountBytes(),
        reservation.generation(),
        reservation.createMicros(),
        reservation.leaseMicros(),
        expireMicros,
        reservation.reserveOperationId(),
        reservation.fill(),
        reservation.offerId());
  }

  private LoadedBooks load(ReadSet reads) {
    Shelf shelf = shelf(reads.repositoryId());
    Map<OperationKey, RememberedOperation> operations = new HashMap<>(shelf.operations);
    operations.keySet().retainAll(reads.operations());
    for (RememberedOperation operation : operations.values()) {
      RememberedOperation.Sale sale = operation.sale();
      if (sale != null) {
        reads.slot(sale.slot(), sale.generation(), "");
      }
    }
    Map<Slot, SlotHistory> slots = new HashMap<>();
    OlderReleases older = new OlderReleases();
    for (Slot slot : reads.slots()) {
      NavigableMap<Long, Released> past = released(shelf, slot);
      Released latest = past.isEmpty() ? null : past.lastEntry().getValue();
      slots.put(slot, new SlotHistory(shelf.current.get(slot), latest));
      past.headMap(latest == null ? 0 : past.lastKey()).values().forEach(older::add);
    }
    Map<String, RequestReservations> requests = new HashMap<>();
    int room = ReadSet.MAX_LOADED_SLOTS;
    for (Map.Entry<String, Integer> request : reads.requests().entrySet()) {
      RequestReservations first =
          RequestReservations.first(
              Math.min(room, request.getValue()), ofRequest(shelf, request.getKey()));
      requests.put(request.getKey(), first);
      room -= first.reservations().size();
    }
    Map<String, Set<Long>> reserved = new HashMap<>();
    for (String requestId : reads.drawn().keySet()) {
      Set<Long> indexes = new HashSet<>();
      ofRequest(shelf, requestId).forEach(one -> indexes.add(one.slot().slotIndex()));
      reserved.put(requestId, indexes);
    }
    LoadedOffers offers = LoadedOffers.of(shelf.terms, shelf.soldBytes);
    Map<String, Long> versions = new HashMap<>();
    shelf.entries.forEach((key, entry) -> versions.put(key, entry.version()));
    versions.keySet().retainAll(reads.keys());
    LoadedKeys keys =
        new LoadedKeys(
            reads,
            versions,
            reads.keys().isEmpty() ? 0 : shelf.lastVersion,
            reads.readsKeyCount() ? shelf.entries.size() : 0);
    return new LoadedBooks(
        reads, shelf.repository, slots, older, requests, reserved, offers, operations, keys);
  }

  private static List<Reservation> ofRequest(Shelf shelf, String requestId) {
    return shelf.current.values().stream()
        .filter(reservation -> reservation.slot().requestId().equals(requestId))
        .toList();
  }

  private void write(Delta delta) {
    Shelf shelf = shelves.computeIfAbsent(delta.after().id(), id -> new Shelf());
    shelf.repository = delta.after();
    for (Delta.SlotDelta slot : delta.slots()) {
      Reservation current = slot.after().current();
      if (current == null) {
        shelf.current.remove(slot.slot());
      } else {
        shelf.current.put(slot.slot(), current);
      }
    }
    for (Released past : delta.released()) {
      shelf
          .released
          .computeIfAbsent(past.reservation().slot(), slot -> new TreeMap<>())
          .put(past.reservation().generation(), past);
    }
    write(shelf, delta.offers());
    delta.operations().forEach(operation -> shelf.operations.put(operation.key(), operation));
    shelf.events.addAll(delta.events());
    delta
        .keys()
        .altered()
        .forEach(
            (key, entry) ->
                entry.ifPresentOrElse(
                    now -> shelf.entries.put(key, now), () -> shelf.entries.remove(key)));
    shelf.lastVersion = Math.max(shelf.lastVersion, delta.keys().lastVersion());
  }

  private static void write(Shelf shelf, Delta.OffersDelta offers) {
    if (offers.cleared()) {
      shelf.terms.clear();
      shelf.soldBytes.clear();
    }
    offers
        .terms()
        .forEach(
            (id, terms) ->
                terms.ifPresentOrElse(
                    now -> shelf.terms.put(id, now), () -> shelf.terms.remove(id)));
    offers.soldBytes().forEach((id, more) -> shelf.soldBytes.merge(id, more, Long::sum));
    shelf.soldBytes.values().removeIf(bytes -> bytes == 0);
  }

  private static NavigableMap<Long, Released> released(Shelf shelf, Slot slot) {
    return shelf.released.getOrDefault(slot, new TreeMap<>());
  }

  private void note(long nowServedMicros, long apartMicros) {
    servedMicros = Math.max(servedMicros, nowServedMicros);
    if (notes.isEmpty() || nowServedMicros - notes.lastKey() >= apartMicros) {
      Map<String, Long> revisions = new HashMap<>();
      shelves.forEach(
          (id, shelf) -> revisions.put(id, Objects.requireNonNull(shelf.repository).revision()));
      notes.put(nowServedMicros, revisions);
    }
  }

  @Override
  public long servedMicros() {
    return servedMicros;
  }

  private int forget(long beforeServedMicros) {
    Map.Entry<Long, Map<String, Long>> note = notes.lowerEntry(beforeServedMicros);
    if (note == null) {
      return 0;
    }
    int forgotten = 0;
    for (Map.Entry<String, Shelf> entry : shelves.entrySet()) {
      Shelf shelf = entry.getValue();
      int before = shelf.events.size();
      long last = note.getValue().getOrDefault(entry.getKey(), 0L);
      shelf.events.removeIf(event -> event.revision() <= last);
      shelf
          .released
          .values()
          .forEach(all -> all.values().removeIf(past -> past.revision() <= last));
      shelf.operations.values().removeIf(operation -> isForgotten(shelf, operation, last));
      forgotten += before - shelf.events.size();
    }
    return forgotten;
  }

  /** A sale goes with the release of what it sold. */
  private static boolean isForgotten(Shelf shelf, RememberedOperation operation, long last) {
    RememberedOperation.Sale sale = operation.sale();
    if (sale == null) {
      return operation.revision() <= last;
    }
    Reservation current = shelf.current.get(sale.slot());
    return (current == null || current.generation() != sale.generation())
        && !released(shelf, sale.slot()).containsKey(sale.generation());
  }

  @Override
  public @Nullable Repository repository(String repositoryId) {
    Repository repository = shelf(repositoryId).repository;
    return repository == null || repository.deleted() ? null : repository;
  }

  @Override
  public List<Repository> repositories(String afterId, int limit) {
    List<Repository> found = new ArrayList<>();
    for (String id : shelves.tailMap(afterId, false).keySet()) {
      Repository repository = repository(id);
      if (repository != null && found.size() < limit) {
        found.add(repository);
      }
    }
    return found;
  }

  @Override
  public @Nullable Reservation reservation(String repositoryId, Slot slot) {
    return shelf(repositoryId).current.get(slot);
  }

  @Override
  public ReservationsPage reservations(ReservationsQuery query) {
    List<Reservation> found = new ArrayList<>();
    for (Reservation reservation : shelf(query.repositoryId()).current.values()) {
      boolean wanted =
          (query.requestId() == null || query.requestId().equals(reservation.slot().requestId()))
              && (query.filled() == null || query.filled() == reservation.filled())
              && (query.after() == null || query.after().compareTo(reservation.slot()) < 0);
      if (wanted && found.size() == query.limit()) {
        return new ReservationsPage(found, found.get(found.size() - 1).slot());
      }
      if (wanted) {
        found.add(reservation);
      }
    }
    return new ReservationsPage(found, null);
  }

  @Override
  public @Nullable Entry entry(String repositoryId, String key) {
    return shelf(repositoryId).entries.get(key);
  }

  @Override
  public List<String> keys(String repositoryId, String prefix, String afterKey, int limit) {
    return shelf(repositoryId).entries.tailMap(afterKey, false).keySet().stream()
        .filter(key -> key.startsWith(prefix))
        .limit(limit)
        .toList();
  }

  @Override
  public void visitRepository(String repositoryId, long afterRevision, RepositoryVisitor survey) {
    Repository repository = repository(repositoryId);
    if (repository != null) {
      survey.repository(repository);
      Shelf shelf = shelf(repositoryId);
      shelf.events.stream()
          .filter(event -> event.revision() > afterRevision)
          .forEach(survey::event);
      shelf.current.values().forEach(survey::reservation);
    }
  }

  @Override
  public @Nullable EventsPage events(EventsQuery query) {
    Shelf shelf = shelf(query.repositoryId());
    if (shelf.repository == null) {
      return null;
    }
    List<Event> wanted = shelf.events.stream().filter(query::wants).toList();
    List<Event> found = wanted.subList(0, Math.min(wanted.size(), query.limit()));
    long revision = shelf.repository.revision();
    return new EventsPage(
        revision,
        shelf.repository.deleted(),
        shelf.events.isEmpty() ? revision + 1 : shelf.events.get(0).revision(),
        List.copyOf(found),
        found.size() == wanted.size() ? 0 : found.get(found.size() - 1).revision());
  }

  @Override
  public void reservedIndexes(String repositoryId, String requestId, LongConsumer slotIndexes) {
    ofRequest(shelf(repositoryId), requestId).stream()
        .map(Reservation::slot)
        .sorted()
        .forEach(slot -> slotIndexes.accept(slot.slotIndex()));
  }

  @Override
  public @Nullable Recount recount(String repositoryId) {
    Repository repository = repository(repositoryId);
    if (repository == null) {
      return null;
    }
    Shelf shelf = shelf(repositoryId);
    long bytes = shelf.current.values().stream().mapToLong(Reservation::amountBytes).sum();
    long reserved =
        shelf.current.values().stream()
            .mapToLong(now -> Math.max(now.generation(), now.fill().revision()))
            .max()
            .orElse(0);
    Event last = shelf.events.isEmpty() ? null : shelf.events.get(shelf.events.size() - 1);
    return new Recount(
        repository, bytes, shelf.current.size(), reserved, last, List.of(), sold(shelf));
  }

  private static List<Recount.Sold> sold(Shelf shelf) {
    TreeMap<String, Long> counted = new TreeMap<>();
    for (Reservation reservation : shelf.current.values()) {
      counted.merge(reservation.offerId(), reservation.amountBytes(), Long::sum);
    }
    shelf.soldBytes.keySet().forEach(id -> counted.putIfAbsent(id, 0L));
    counted.remove("");
    List<Recount.Sold> sold = new ArrayList<>();
    counted.forEach(
        (id, bytes) -> sold.add(new Recount.Sold(id, shelf.soldBytes.getOrDefault(id, 0L), bytes)));
    return sold;
  }

  @Override
  public @Nullable Offer offer(String repositoryId, String offerId) {
    return offers(repositoryId, "", Integer.MAX_VALUE).stream()
        .filter(offer -> offer.id().equals(offerId))
        .findFirst()
        .orElse(null);
  }

  @Override
  public List<Offer> offers(String repositoryId, String afterId, int limit) {
    Shelf shelf = shelf(repositoryId);
    List<Offer> found = new ArrayList<>();
    shelf
        .terms
        .tailMap(afterId, false)
        .forEach(
            (id, terms) -> found.add(new Offer(id, terms, shelf.soldBytes.getOrDefault(id, 0L))));
    return found.subList(0, Math.min(limit, found.size()));
  }

  @Override
  public List<SpaceUse> spaceUse(List<String> repositoryIds) {
    List<SpaceUse> found = new ArrayList<>();
    for (String id : repositoryIds) {
      Repository repository = repository(id);
      Shelf shelf = shelves.get(id);
      if (repository != null && shelf != null) {
        long filledBytes =
            shelf.current.values().stream()
                .filter(Reservation::filled)
                .mapToLong(Reservation::amountBytes)
                .sum();
        found.add(new SpaceUse(repository, filledBytes));
      }
    }
    return found;
  }

  @Override
  public Map<String, StateCount> countStates() {
    Map<String, StateCount> counts = new HashMap<>();
    shelves.forEach(
        (id, shelf) -> {
          Repository repository = repository(id);
          if (repository != null) {
            long filled = shelf.current.values().stream().filter(Reservation::filled).count();
            counts.put(
                id, new StateCount(repository.revision(), shelf.current.size() - filled, filled));
          }
        });
    return counts;
  }

  @Override
  public List<ExpireLeases> expiredLeases(long nowMicros, int limit) {
    List<ExpireLeases> commands = new ArrayList<>();
    shelves.forEach(
        (id, shelf) -> {
          List<ExpireLeases.Expired> expired =
              shelf.current.values().stream()
                  .filter(reservation -> reservation.leaseExpired(nowMicros))
                  .map(now -> new ExpireLeases.Expired(now.slot(), now.generation()))
                  .toList();
          if (!expired.isEmpty()) {
            commands.add(new ExpireLeases(id, expired));
          }
        });
    return commands;
  }

  @Override
  public void close() {}
}
