package dev.holdfast.server.store.sqlite.memtable;

import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.books.Slot;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Holds the entries in the order in which they came, and an index by request. Not thread-safe. */
final class MemtableContents implements RecentReservations {
  private record Request(String repositoryId, String requestId) implements Comparable<Request> {
    private static final Comparator<Request> ORDER =
        Comparator.comparing(Request::repositoryId).thenComparing(Request::requestId);

    static Request of(RepositorySlot owner) {
      return new Request(owner.repositoryId(), owner.slot().requestId());
    }

    @Override
    public int compareTo(Request other) {
      return ORDER.compare(this, other);
    }
  }

  private final Map<RepositorySlot, MemtableEntry> entries = new LinkedHashMap<>();
  private final Map<Request, Set<RepositorySlot>> requests = new HashMap<>();

  @Override
  public @Nullable MemtableEntry get(String repositoryId, Slot slot) {
    return entries.get(new RepositorySlot(repositoryId, slot));
  }

  @Override
  public List<Reservation> ofRequest(String repositoryId, String requestId) {
    List<Reservation> found = new ArrayList<>();
    for (RepositorySlot owner : slotsOf(repositoryId, requestId)) {
      found.add(Objects.requireNonNull(entries.get(owner)).reservation());
    }
    return found;
  }

  @Override
  public int countOf(String repositoryId, String requestId) {
    return slotsOf(repositoryId, requestId).size();
  }

  private Set<RepositorySlot> slotsOf(String repositoryId, String requestId) {
    return requests.getOrDefault(new Request(repositoryId, requestId), Set.of());
  }

  @Override
  public List<Reservation> ofRepository(String repositoryId) {
    List<Reservation> found = new ArrayList<>();
    entries.forEach(
        (owner, entry) -> {
          if (owner.repositoryId().equals(repositoryId)) {
            found.add(entry.reservation());
          }
        });
    return found;
  }

  @Override
  public Map<RepositorySlot, MemtableEntry> matching(Predicate<MemtableEntry> wanted) {
    Map<RepositorySlot, MemtableEntry> found = new HashMap<>();
    entries.forEach(
        (owner, entry) -> {
          if (wanted.test(entry)) {
            found.put(owner, entry);
          }
        });
    return found;
  }

  int size() {
    return entries.size();
  }

  /** Returns the entries, oldest first. */
  Collection<Map.Entry<RepositorySlot, MemtableEntry>> oldestFirst() {
    return entries.entrySet();
  }

  /**
   * Adds an entry, or replaces the entry of its slot. A replacement of the same generation keeps
   * its place in the order.
   */
  void put(RepositorySlot owner, MemtableEntry entry) {
    MemtableEntry before = entries.get(owner);
    if (before != null && !before.isOfGeneration(entry.reservation().generation())) {
      entries.remove(owner);
    }
    entries.put(owner, entry);
    if (before == null) {
      requests.computeIfAbsent(Request.of(owner), request -> new HashSet<>(2)).add(owner);
    }
  }

  void remove(RepositorySlot owner) {
    if (entries.remove(owner) != null) {
      requests.computeIfPresent(
          Request.of(owner),
          (request, owners) -> {
            owners.remove(owner);
            return owners.isEmpty() ? null : owners;
          });
    }
  }
}
