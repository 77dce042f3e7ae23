package dev.holdfast.server.store.postgresql.rows;

import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.view.Delta;
import dev.holdfast.server.store.codec.SlotKeys;
import dev.holdfast.server.store.postgresql.connection.Flight;
import dev.holdfast.server.store.postgresql.connection.RowReader;
import dev.holdfast.server.store.postgresql.connection.Session;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** The active reservations. */
public final class ReservationRows {
  private static final String FIELDS =
      "generation, amount_bytes, create_micros, lease_micros, lease_expire_micros,"
          + " reserve_operation_id, fill_revision, fill_micros, fill_operation_id,"
          + " fill_any_generation, offer_id";

  /** The columns that {@link #reservation(ResultSet)} reads. */
  public static final String COLUMNS = "slot_key, " + FIELDS;

  /** Selects a range of slots. */
  public static final String RANGE =
      "SELECT "
          + COLUMNS
          + " FROM reservations WHERE repository_id = ? AND slot_key > ? AND slot_key < ?"
          + " ORDER BY slot_key";

  private ReservationRows() {}

  /** Reads a row of {@link #COLUMNS}. */
  public static Reservation reservation(ResultSet row) throws SQLException {
    return fields(row, SlotKeys.decode(row.getBytes(1)));
  }

  /** Reads all columns of a row but the first. */
  private static Reservation fields(ResultSet row, Slot slot) throws SQLException {
    long fillRevision = row.getLong(8);
    return new Reservation(
        slot,
        row.getLong(3),
        row.getLong(2),
        row.getLong(4),
        row.getLong(5),
        row.getLong(6),
        row.getString(7),
        fillRevision == 0
            ? Reservation.Fill.NONE
            : new Reservation.Fill(
                fillRevision, row.getLong(9), row.getString(10), row.getBoolean(11)),
        row.getString(12));
  }

  /** Returns the keys of slots. */
  static byte[][] keys(List<Slot> slots) {
    return slots.stream().map(SlotKeys::encode).toArray(byte[][]::new);
  }

  /** Adds the load of the reservations of some slots. */
  public static void load(
      Flight flight, String repositoryId, List<Slot> slots, Consumer<Reservation> found) {
    flight.query(
        "SELECT k.n, "
            + FIELDS
            + " FROM unnest(?::bytea[]) WITH ORDINALITY AS k (slot_key, n) JOIN reservations r"
            + " ON r.repository_id = ? AND r.slot_key = k.slot_key",
        row -> found.accept(fields(row, slots.get(row.getInt(1) - 1))),
        keys(slots),
        repositoryId);
  }

  /** Adds the question which of some slots are reserved. */
  public static void loadReserved(
      Flight flight, String repositoryId, List<Slot> slots, Consumer<Slot> found) {
    flight.query(
        "SELECT k.n FROM unnest(?::bytea[]) WITH ORDINALITY AS k (slot_key, n)"
            + " JOIN reservations r ON r.repository_id = ? AND r.slot_key = k.slot_key",
        row -> found.accept(slots.get(row.getInt(1) - 1)),
        keys(slots),
        repositoryId);
  }

  /** Adds the load of the first reservations of a request. */
  public static void loadRequest(
      Flight flight, String repositoryId, String requestId, int limit, RowReader reader) {
    flight.query(
        RANGE + " LIMIT ?",
        reader,
        repositoryId,
        SlotKeys.encodeRequest(requestId),
        SlotKeys.afterRequest(requestId),
        limit);
  }

  /** Adds the count of the reservations of a request, up to a limit. */
  public static void count(
      Flight flight, String repositoryId, String requestId, int limit, IntConsumer count) {
    flight.query(
        "SELECT count(*) FROM (SELECT 1 FROM reservations"
            + " WHERE repository_id = ? AND slot_key > ? AND slot_key < ? LIMIT ?) AS found",
        row -> count.accept(row.getInt(1)),
        repositoryId,
        SlotKeys.encodeRequest(requestId),
        SlotKeys.afterRequest(requestId),
        limit);
  }

  /** Visits all reservations of a repository, by slot. Must be called in a snapshot. */
  public static void visit(Session session, String repositoryId, Consumer<Reservation> visitor)
      throws SQLException {
    session.stream(
        RANGE,
        row -> visitor.accept(reservation(row)),
        repositoryId,
        new byte[0],
        new byte[] {(byte) 0xff});
  }

  /** Adds the writes of a batch: deletes the released reservations, and writes the others. */
  public static void write(Flight flight, Delta delta) {
    String repositoryId = delta.after().id();
    List<Slot> ended = new ArrayList<>();
    List<Reservation> changed = new ArrayList<>();
    for (Delta.SlotDelta slot : delta.slots()) {
      @Nullable Reservation after = slot.after().current();
      if (Objects.equals(slot.before().current(), after)) {
        continue;
      }
      if (after == null) {
        ended.add(slot.slot());
      } else {
        changed.add(after);
      }
    }
    if (!ended.isEmpty()) {
      flight.add(
          "DELETE FROM reservations WHERE repository_id = ? AND slot_key = ANY (?)",
          repositoryId,
          keys(ended));
    }
    List<@Nullable Object[]> rows = new ArrayList<>();
    changed.sort(Comparator.comparing(Reservation::slot));
    changed.forEach(reservation -> rows.add(values(repositoryId, reservation)));
    flight.insert(
        "INSERT INTO reservations (repository_id, " + COLUMNS + ")",
        "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        "ON CONFLICT (repository_id, slot_key) DO UPDATE SET generation = excluded.generation,"
            + " amount_bytes = excluded.amount_bytes, create_micros = excluded.create_micros,"
            + " lease_micros = excluded.lease_micros,"
            + " lease_expire_micros = excluded.lease_expire_micros,"
            + " reserve_operation_id = excluded.reserve_operation_id,"
            + " fill_revision = excluded.fill_revision, fill_micros = excluded.fill_micros,"
            + " fill_operation_id = excluded.fill_operation_id,"
            + " fill_any_generation = excluded.fill_any_generation, offer_id = excluded.offer_id",
        rows);
  }

  private static @Nullable Object[] values(String repositoryId, Reservation reservation) {
    Reservation.Fill fill = reservation.fill();
    return new @Nullable Object[] {
      repositoryId,
      SlotKeys.encode(reservation.slot()),
      reservation.generation(),
      reservation.amountBytes(),
      reservation.createMicros(),
      reservation.leaseMicros(),
      reservation.leaseExpireMicros(),
      reservation.reserveOperationId(),
      fill.revision(),
      fill.micros(),
      fill.operationId(),
      fill.anyGeneration(),
      reservation.offerId()
    };
  }
}
