package dev.holdfast.server.store.sqlite;

import dev.holdfast.server.ledger.books.Delta;
import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.store.SlotKeys;
import dev.holdfast.server.store.sqlite.YoungReservations.Owner;
import dev.holdfast.server.store.sqlite.YoungReservations.Place;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Writes reservations to the table of the young ones or to the large one. */
final class SqliteReservations {
  /** What the driver gathers takes more room than what it is made of. */
  private static final int GATHERED_ROWS = 4096;

  private static final String VALUES =
      " (repository, " + Rows.RESERVATION + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

  private static final String DELETE_YOUNG =
      "DELETE FROM young_reservations WHERE repository = ? AND generation = ?";

  private static final String MOVE =
      "INSERT INTO reservations (repository, "
          + Rows.RESERVATION
          + ") SELECT repository, "
          + Rows.RESERVATION
          + " FROM young_reservations WHERE repository = ? AND generation = ?";

  private final SqliteConnection connection;
  private final YoungReservations young;

  /** What the transaction writes to the table of the young, and deletes there. */
  private final Map<Owner, Place> entered = new HashMap<>();

  private final Map<Owner, Place> left = new HashMap<>();
  private final Set<Owner> altered = new HashSet<>();

  SqliteReservations(SqliteConnection connection, YoungReservations young) {
    this.connection = connection;
    this.young = young;
  }

  /**
   * Writes what was altered in a repository.
   *
   * <p>First all deletions, then all insertions, a statement after the other: of two batches that
   * are gathered side by side, the failure of one would leave the rows of the other for whoever
   * uses its statement next.
   */
  void write(long repository, String repositoryId, List<Delta.SlotDelta> slots)
      throws SQLException {
    List<Place> endedYoung = new ArrayList<>();
    List<byte[]> ended = new ArrayList<>();
    List<Reservation> intoYoung = new ArrayList<>();
    List<Reservation> intoLarge = new ArrayList<>();
    for (Delta.SlotDelta slot : slots) {
      Reservation before = slot.before().current();
      Reservation after = slot.after().current();
      Owner owner = new Owner(repositoryId, slot.slot());
      altered.add(owner);
      long youngGeneration = young.generation(repositoryId, slot.slot());
      boolean wasYoung = before != null && youngGeneration == before.generation();
      if (before != null && !sameGeneration(before, after)) {
        if (wasYoung) {
          Place place = new Place(repository, before.generation());
          endedYoung.add(place);
          left.put(owner, place);
        } else {
          ended.add(SlotKeys.encode(slot.slot()));
        }
      }
      if (after != null && !after.equals(before)) {
        boolean stays = before != null && sameGeneration(before, after);
        // What begins as filled is there to stay, and what is too much for the young table too.
        boolean enters = !stays && !after.filled() && entered.size() < young.room();
        if (enters) {
          entered.put(owner, new Place(repository, after.generation()));
        }
        (enters || (stays && wasYoung) ? intoYoung : intoLarge).add(after);
      }
    }
    ended.sort(Arrays::compareUnsigned);
    intoYoung.sort(Comparator.comparing(Reservation::generation));
    intoLarge.sort(Comparator.comparing(Reservation::slot));
    gather(DELETE_YOUNG, endedYoung, SqliteReservations::set);
    gather(
        "DELETE FROM reservations WHERE repository = ? AND slot_key = ?",
        ended,
        (statement, slotKey) -> {
          statement.setLong(1, repository);
          statement.setBytes(2, slotKey);
        });
    gather(
        "INSERT OR REPLACE INTO young_reservations" + VALUES,
        intoYoung,
        (statement, reservation) -> Rows.set(statement, repository, reservation));
    gather(
        "INSERT OR REPLACE INTO reservations" + VALUES,
        intoLarge,
        (statement, reservation) -> Rows.set(statement, repository, reservation));
  }

  private interface Setter<T> {
    void set(PreparedStatement statement, T row) throws SQLException;
  }

  private <T> void gather(String sql, List<T> rows, Setter<T> setter) throws SQLException {
    for (int from = 0; from < rows.size(); from += GATHERED_ROWS) {
      PreparedStatement statement = connection.prepared(sql);
      for (T row : rows.subList(from, Math.min(rows.size(), from + GATHERED_ROWS))) {
        setter.set(statement, row);
        statement.addBatch();
      }
      statement.executeBatch();
    }
  }

  private static void set(PreparedStatement statement, Place place) throws SQLException {
    statement.setLong(1, place.repository());
    statement.setLong(2, place.generation());
  }

  private static boolean sameGeneration(Reservation one, @Nullable Reservation other) {
    return other != null && one.generation() == other.generation();
  }

  /** Moves some of the oldest to the large table, in its order, so that neighbours share a page. */
  void moveOldest() throws SQLException {
    Map<Owner, Place> moved = young.toBeMoved(entered.size(), key -> !altered.contains(key));
    if (moved.isEmpty()) {
      return;
    }
    List<Owner> keys = new ArrayList<>(moved.keySet());
    keys.sort((a, b) -> a.slot().compareTo(b.slot()));
    List<Place> places = new ArrayList<>(keys.size());
    keys.forEach(key -> places.add(moved.get(key)));
    gather(MOVE, places, SqliteReservations::set);
    gather(DELETE_YOUNG, places, SqliteReservations::set);
    left.putAll(moved);
  }

  /** To be called right before the commit: nobody may hear of a row before it is found. */
  void committing() {
    entered.forEach(young::add);
  }

  /** To be called after the commit. */
  void committed() {
    left.forEach(young::remove);
  }
}
