package dev.holdfast.server.store.sqlite;

import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.store.SlotKeys;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Where the young reservations stand in their table, which has them in the order in which they were
 * made and not by slot.
 *
 * <p>Slots are hashes, so that in a large table by slot each of them has a page of its own: to
 * write it, and to write it again when the reservation is released, is most of what both would
 * cost. Attempts are short, so most reservations end young. The others go to the large table later.
 * A log-structured merge tree of two levels, of which the first is as durable as the second.
 *
 * <p>Altered by the writer alone; others may ask at the same time.
 */
final class YoungReservations {
  /** Some megabytes in memory, some in the file, and some milliseconds to go through. */
  static final int ROOM = 8192;

  /**
   * So many of the oldest go with one commit at most, so that none takes long; and for each new
   * row, so that they do not become ever more.
   */
  private static final int MOVED_A_COMMIT = 256;

  private static final int MOVED_A_NEW_ONE = 2;

  /**
   * A slot of a repository.
   *
   * @param repositoryId the repository
   * @param slot the slot
   */
  record Owner(String repositoryId, Slot slot) {
    private Request request() {
      return new Request(repositoryId, slot.requestId());
    }
  }

  private record Request(String repositoryId, String requestId) {}

  /**
   * The key of a row.
   *
   * @param repository the repository, by its short name
   * @param generation the generation of the reservation
   */
  record Place(long repository, long generation) {}

  private final int room;
  private final Map<Owner, Place> places = new LinkedHashMap<>();
  private final Map<Request, Set<Owner>> requests = new HashMap<>();

  private YoungReservations(int room) {
    this.room = room;
  }

  static YoungReservations load(SqliteConnection connection, int room) throws SQLException {
    YoungReservations young = new YoungReservations(room);
    PreparedStatement query =
        connection.prepared(
            "SELECT repository_id, slot_key, repository, generation"
                + " FROM young_reservations JOIN repositories USING (repository)"
                + " ORDER BY young_reservations.create_micros, generation");
    try (ResultSet row = query.executeQuery()) {
      while (row.next()) {
        young.add(
            new Owner(row.getString(1), SlotKeys.decode(row.getBytes(2))),
            new Place(row.getLong(3), row.getLong(4)));
      }
    }
    return young;
  }

  /** The generation of the young reservation of a slot; 0 where there is none. */
  synchronized long generation(String repositoryId, Slot slot) {
    Place place = places.get(new Owner(repositoryId, slot));
    return place == null ? 0 : place.generation();
  }

  /** The generations of the young reservations of a request. */
  synchronized List<Long> generations(String repositoryId, String requestId) {
    List<Long> generations = new ArrayList<>();
    for (Owner owner : requests.getOrDefault(new Request(repositoryId, requestId), Set.of())) {
      generations.add(Objects.requireNonNull(places.get(owner)).generation());
    }
    return generations;
  }

  /** How many rows may come with one transaction. */
  int room() {
    return room;
  }

  /**
   * The rows that are to be moved to the large table, the oldest.
   *
   * @param entered how many rows come with the transaction that moves them
   * @param wanted which may be moved
   */
  synchronized Map<Owner, Place> toBeMoved(int entered, Predicate<Owner> wanted) {
    int count =
        Math.min(places.size() + entered - room, MOVED_A_COMMIT + MOVED_A_NEW_ONE * entered);
    Map<Owner, Place> oldest = new HashMap<>();
    for (Map.Entry<Owner, Place> entry : places.entrySet()) {
      if (oldest.size() >= count) {
        break;
      }
      if (wanted.test(entry.getKey())) {
        oldest.put(entry.getKey(), entry.getValue());
      }
    }
    return oldest;
  }

  synchronized void add(Owner owner, Place place) {
    // What replaces another is as young as it is.
    places.remove(owner);
    places.put(owner, place);
    requests.computeIfAbsent(owner.request(), request -> new HashSet<>(2)).add(owner);
  }

  /** Forgets a row, unless the slot has another by now. */
  synchronized void remove(Owner owner, Place place) {
    if (places.remove(owner, place)) {
      requests.computeIfPresent(
          owner.request(),
          (request, owners) -> {
            owners.remove(owner);
            return owners.isEmpty() ? null : owners;
          });
    }
  }
}
