package dev.holdfast.server.store.postgresql.rows;

import dev.holdfast.server.ledger.books.Released;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.view.Delta;
import dev.holdfast.server.ledger.view.ReadSet.PastKeys;
import dev.holdfast.server.store.postgresql.connection.Flight;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Finds the releases of slots among the events. Every release has a row under the key of its slot,
 * and under the key of each of its operation ids unless it is the first of its slot, as nearly all
 * are: the first is found without them. The release of a generation is the first one after the
 * revision that is the generation. So each lookup reads one row, however often a slot was used.
 */
public final class ReleaseRows {
  private ReleaseRows() {}

  /** Receives the revision of a release. */
  public interface Found {
    /**
     * Receives a revision.
     *
     * @param slot the slot whose release was looked up
     * @param latest whether the latest release of the slot was looked up
     */
    void accept(Slot slot, boolean latest, long revision);
  }

  /** Adds the lookup of the releases that a batch reads. */
  public static void load(
      Flight flight, String repositoryId, Map<Slot, PastKeys> wanted, Found found) {
    ReleaseKeys keys = new ReleaseKeys();
    List<Slot> newest = new ArrayList<>(wanted.keySet());
    int slotCount = newest.size();
    List<UUID> newestKeys = new ArrayList<>();
    newest.forEach(slot -> newestKeys.add(keys.of(slot)));
    List<Slot> next = new ArrayList<>();
    List<UUID> nextKeys = new ArrayList<>();
    List<Long> after = new ArrayList<>();
    wanted.forEach(
        (slot, past) -> {
          past.forEachOperationId(
              id -> {
                newest.add(slot);
                newestKeys.add(keys.of(slot, id));
                next.add(slot);
                nextKeys.add(keys.of(slot));
                after.add(0L);
              });
          past.forEachGeneration(
              generation -> {
                next.add(slot);
                nextKeys.add(keys.of(slot));
                after.add(generation);
              });
        });
    flight.query(
        "SELECT k.n, r.revision FROM unnest(?::uuid[]) WITH ORDINALITY AS k (release_key, n)"
            + " CROSS JOIN LATERAL (SELECT revision FROM releases"
            + " WHERE repository_id = ? AND release_key = k.release_key"
            + " ORDER BY revision DESC LIMIT 1) AS r",
        row -> {
          int index = row.getInt(1) - 1;
          found.accept(newest.get(index), index < slotCount, row.getLong(2));
        },
        newestKeys.toArray(UUID[]::new),
        repositoryId);
    if (!next.isEmpty()) {
      flight.query(
          "SELECT k.n, r.revision FROM unnest(?::uuid[], ?::bigint[]) WITH ORDINALITY"
              + " AS k (release_key, after, n)"
              + " CROSS JOIN LATERAL (SELECT revision FROM releases"
              + " WHERE repository_id = ? AND release_key = k.release_key"
              + " AND revision > k.after ORDER BY revision LIMIT 1) AS r",
          row -> found.accept(next.get(row.getInt(1) - 1), false, row.getLong(2)),
          nextKeys.toArray(UUID[]::new),
          after.stream().mapToLong(Long::longValue).toArray(),
          repositoryId);
    }
  }

  /**
   * Adds the writes of a batch.
   *
   * @param known the slots whose past was loaded
   */
  public static void write(Flight flight, Delta delta, Set<Slot> known) {
    if (delta.released().isEmpty()) {
      return;
    }
    ReleaseKeys keys = new ReleaseKeys();
    Set<Slot> first = new HashSet<>();
    for (Delta.SlotDelta slot : delta.slots()) {
      if (known.contains(slot.slot()) && slot.before().latestReleased() == null) {
        first.add(slot.slot());
      }
    }
    String repositoryId = delta.after().id();
    List<@Nullable Object[]> rows = new ArrayList<>();
    for (Released released : delta.released()) {
      Slot slot = released.reservation().slot();
      rows.add(new @Nullable Object[] {repositoryId, keys.of(slot), released.revision()});
      if (!first.remove(slot)) {
        for (UUID key : keys.ofOperations(released)) {
          rows.add(new @Nullable Object[] {repositoryId, key, released.revision()});
        }
      }
    }
    flight.insert(
        "INSERT INTO releases (repository_id, release_key, revision)", "(?, ?, ?)", "", rows);
  }

  /** Adds the deletion of the rows of some releases, and of all releases before them. */
  public static void purge(
      Flight flight, String repositoryId, List<Released> releases, long lastRevision) {
    ReleaseKeys keys = new ReleaseKeys();
    Set<UUID> purged = new HashSet<>();
    for (Released released : releases) {
      purged.add(keys.of(released.reservation().slot()));
      purged.addAll(keys.ofOperations(released));
    }
    flight.add(
        "DELETE FROM releases WHERE repository_id = ? AND release_key = ANY (?) AND revision <= ?",
        repositoryId,
        purged.toArray(UUID[]::new),
        lastRevision);
  }
}
