package dev.holdfast.server.store.postgresql;

import dev.holdfast.server.ledger.books.Change;
import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.books.Released;
import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.books.SlotHistory;
import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.ledger.view.OlderReleases;
import dev.holdfast.server.ledger.view.ReadSet.PastKeys;
import dev.holdfast.server.store.postgresql.connection.Flight;
import dev.holdfast.server.store.postgresql.connection.Session;
import dev.holdfast.server.store.postgresql.rows.EventRows;
import dev.holdfast.server.store.postgresql.rows.ReleaseRows;
import dev.holdfast.server.store.postgresql.rows.ReservationRows;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Loads the reservations and the past of slots. */
final class SlotLoad {
  private final String repositoryId;
  private final Map<Slot, Reservation> current = new HashMap<>();
  private final Map<Slot, Long> latest = new HashMap<>();

  /** The slots whose releases have these revisions. */
  private final SortedMap<Long, Slot> releases = new TreeMap<>();

  private final Map<Long, Event> events = new HashMap<>();

  SlotLoad(String repositoryId) {
    this.repositoryId = repositoryId;
  }

  /** Adds the load of some slots. */
  void add(Flight flight, Map<Slot, PastKeys> wanted) {
    if (wanted.isEmpty()) {
      return;
    }
    ReservationRows.load(
        flight,
        repositoryId,
        List.copyOf(wanted.keySet()),
        reservation -> current.put(reservation.slot(), reservation));
    ReleaseRows.load(
        flight,
        repositoryId,
        wanted,
        (slot, newest, revision) -> {
          releases.put(revision, slot);
          if (newest) {
            latest.put(slot, revision);
          }
        });
  }

  /** Loads the events of the releases that were found; mostly there are none. */
  void loadReleases(Session session) throws SQLException {
    if (!releases.isEmpty()) {
      Flight flight = session.flight();
      EventRows.load(
          flight, repositoryId, releases.keySet(), event -> events.put(event.revision(), event));
      flight.run();
    }
  }

  /** Returns the histories of the loaded slots, without unknown slots. */
  Map<Slot, SlotHistory> histories() {
    Map<Slot, SlotHistory> histories = new HashMap<>();
    current.forEach((slot, reservation) -> histories.put(slot, new SlotHistory(reservation, null)));
    latest.forEach(
        (slot, revision) ->
            histories.put(slot, new SlotHistory(current.get(slot), released(slot, revision))));
    return histories;
  }

  /** Returns the loaded releases that are not the latest ones of their slots. */
  OlderReleases older() {
    OlderReleases older = new OlderReleases();
    // In the order of their revisions: of two releases with an operation id the later one counts.
    releases.forEach(
        (revision, slot) -> {
          if (!revision.equals(latest.get(slot))) {
            older.add(released(slot, revision));
          }
        });
    return older;
  }

  private Released released(Slot slot, long revision) {
    @Nullable Event event = events.get(revision);
    if (event != null
        && event.change() instanceof Change.SlotReleased change
        && change.released().reservation().slot().equals(slot)) {
      return change.released();
    }
    throw StoreException.refused(
        "the event with revision "
            + revision
            + " of repository "
            + repositoryId
            + " should release "
            + slot
            + ", but does not; restore the database from a backup");
  }
}
