package dev.holdfast.server.store.sqlite.releases;

import dev.holdfast.server.ledger.books.Released;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.books.SlotHistory;
import dev.holdfast.server.ledger.view.OlderReleases;
import dev.holdfast.server.ledger.view.ReadSet.PastKeys;
import dev.holdfast.server.store.sqlite.connection.SqliteConnection;
import dev.holdfast.server.store.sqlite.rows.SqliteEvents;
import dev.holdfast.server.store.sqlite.rows.SqliteEvents.StoredEvent;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Reads retained releases: the index contains their places among the events, and the events contain
 * the releases. All lookups of a set are made before any event is read, so that each chunk is read
 * once.
 */
public final class SqlitePasts {
  private final SqliteConnection connection;
  private final ReleaseIndex index;

  public SqlitePasts(SqliteConnection connection, ReleaseIndex index) {
    this.connection = connection;
    this.index = index;
  }

  private record Lookup(Slot slot, long hash, long candidate) {}

  /** Loads the latest releases of slots. */
  public void loadLatest(long repository, Collection<Slot> slots, SlotPasts pasts)
      throws SQLException {
    List<Lookup> lookups = new ArrayList<>();
    for (Slot slot : slots) {
      long hash = index.hashes().ofSlot(repository, slot);
      addLookup(lookups, slot, hash, Long.MAX_VALUE);
    }
    // Slots that share a hash need more than one round.
    while (!lookups.isEmpty()) {
      TreeSet<Long> places = new TreeSet<>();
      lookups.forEach(lookup -> places.add(ReleaseEntry.place(lookup.candidate())));
      Map<Long, StoredEvent> events = new SqliteEvents(connection).at(places);
      List<Lookup> next = new ArrayList<>();
      for (Lookup lookup : lookups) {
        long place = ReleaseEntry.place(lookup.candidate());
        StoredEvent found = events.get(place);
        Released latest = found == null ? null : found.release(repository, lookup.slot());
        if (found == null || latest != null) {
          pasts.put(lookup.slot(), past(latest, lookup.candidate(), pasts.of(lookup.slot())));
        } else {
          // The release belongs to another slot, whose entry the next entry of this slot must keep.
          pasts.put(lookup.slot(), new SlotPasts.Past(null, ReleaseEntry.keepingOlder(0)));
          if (ReleaseEntry.keepsOlder(lookup.candidate())) {
            addLookup(next, lookup.slot(), lookup.hash(), place);
          }
        }
      }
      lookups = next;
    }
  }

  private void addLookup(List<Lookup> lookups, Slot slot, long hash, long before)
      throws SQLException {
    long candidate = index.newestBefore(connection, hash, before);
    if (candidate != 0) {
      lookups.add(new Lookup(slot, hash, candidate));
    }
  }

  /**
   * Returns the past of a slot from the release that was found; the release is null if it was
   * purged.
   *
   * @param others the past that records other slots with the same hash; null for none
   */
  private static SlotPasts.Past past(
      @Nullable Released latest, long candidate, SlotPasts.@Nullable Past others) {
    // Releases older than a purged release are purged too, so their entries need not be kept.
    long entry = latest == null ? ReleaseEntry.place(candidate) : candidate;
    return new SlotPasts.Past(latest, others == null ? entry : ReleaseEntry.keepingOlder(entry));
  }

  /**
   * Finds older releases by generations and operation ids, for slots whose latest release is known.
   */
  public OlderReleases older(
      long repository, Map<Slot, PastKeys> keys, Map<Slot, SlotHistory> slots) throws SQLException {
    OlderReleases older = new OlderReleases();
    TreeSet<Long> places = new TreeSet<>();
    for (Map.Entry<Slot, PastKeys> entry : keys.entrySet()) {
      SlotHistory history = slots.getOrDefault(entry.getKey(), SlotHistory.NONE);
      if (history.latestReleased() != null) {
        for (long hash : hashes(repository, entry.getKey(), entry.getValue(), history)) {
          index.find(connection, hash, candidate -> places.add(ReleaseEntry.place(candidate)));
        }
      }
    }
    if (!places.isEmpty()) {
      for (StoredEvent event : new SqliteEvents(connection).at(places).values()) {
        Released release = event.release(repository);
        if (release != null) {
          older.add(release);
        }
      }
    }
    return older;
  }

  /** Returns the hashes of the keys that the slot's latest state does not answer. */
  private List<Long> hashes(long repository, Slot slot, PastKeys keys, SlotHistory history) {
    List<Long> hashes = new ArrayList<>();
    Released latest = history.latestReleased();
    keys.forEachGeneration(
        generation -> {
          if (latest != null && generation < latest.reservation().generation()) {
            hashes.add(index.hashes().ofGeneration(repository, slot, generation));
          }
        });
    keys.forEachOperationId(
        id -> {
          if (history.operation(id) == null) {
            hashes.add(index.hashes().ofOperation(repository, slot, id));
          }
        });
    return hashes;
  }
}
