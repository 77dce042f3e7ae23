package dev.holdfast.server.store.sqlite;

import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.store.SlotKeys;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import org.jspecify.annotations.Nullable;

/**
 * Rows as values, and values as rows. Columns are counted, because looking them up by name costs.
 */
final class Rows {
  static final String REPOSITORY_VALUES =
      "capacity_bytes, reserved_bytes, unassigned_bytes, reservation_count, revision,"
          + " create_micros, update_micros, deleted";

  static final String REPOSITORY = "repository_id, " + REPOSITORY_VALUES;

  static final String RESERVATION =
      "slot_key, generation, amount_bytes, create_micros, lease_micros, lease_expire_micros,"
          + " reserve_operation_id, fill_revision, fill_micros, fill_operation_id,"
          + " fill_any_generation, offer_id";

  private Rows() {}

  static Repository repository(ResultSet row) throws SQLException {
    return new Repository(
        row.getString(1),
        row.getLong(2),
        row.getLong(3),
        row.getLong(4),
        row.getLong(5),
        row.getLong(6),
        row.getLong(7),
        row.getLong(8),
        row.getBoolean(9));
  }

  static Reservation reservation(ResultSet row) throws SQLException {
    long fillRevision = row.getLong(8);
    return new Reservation(
        SlotKeys.decode(row.getBytes(1)),
        row.getLong(3),
        row.getLong(2),
        row.getLong(4),
        row.getLong(5),
        row.getLong(6),
        text(row, 7),
        fillRevision == 0
            ? Reservation.Fill.NONE
            : new Reservation.Fill(fillRevision, row.getLong(9), text(row, 10), row.getBoolean(11)),
        text(row, 12));
  }

  /** Sets the columns of {@link #REPOSITORY_VALUES}, which are the first. */
  static void set(PreparedStatement statement, Repository repository) throws SQLException {
    statement.setLong(1, repository.capacityBytes());
    statement.setLong(2, repository.reservedBytes());
    statement.setLong(3, repository.unassignedBytes());
    statement.setLong(4, repository.reservationCount());
    statement.setLong(5, repository.revision());
    statement.setLong(6, repository.createMicros());
    statement.setLong(7, repository.updateMicros());
    statement.setInt(8, repository.deleted() ? 1 : 0);
  }

  /** Sets the columns of {@link #RESERVATION} behind the repository, which is the first. */
  static void set(PreparedStatement statement, long repository, Reservation reservation)
      throws SQLException {
    statement.setLong(1, repository);
    statement.setBytes(2, SlotKeys.encode(reservation.slot()));
    statement.setLong(3, reservation.generation());
    statement.setLong(4, reservation.amountBytes());
    statement.setLong(5, reservation.createMicros());
    setNumber(statement, 6, reservation.leaseMicros());
    setNumber(statement, 7, reservation.leaseExpireMicros());
    setText(statement, 8, reservation.reserveOperationId());
    Reservation.Fill fill = reservation.fill();
    setNumber(statement, 9, fill.revision());
    setNumber(statement, 10, fill.micros());
    setText(statement, 11, fill.operationId());
    setNumber(statement, 12, fill.anyGeneration() ? 1 : 0);
    setText(statement, 13, reservation.offerId());
  }

  private static void setNumber(PreparedStatement statement, int column, long value)
      throws SQLException {
    if (value == 0) {
      statement.setNull(column, Types.INTEGER);
    } else {
      statement.setLong(column, value);
    }
  }

  private static void setText(PreparedStatement statement, int column, String value)
      throws SQLException {
    if (value.isEmpty()) {
      statement.setNull(column, Types.VARCHAR);
    } else {
      statement.setString(column, value);
    }
  }

  private static String text(ResultSet row, int column) throws SQLException {
    @Nullable String text = row.getString(column);
    return text == null ? "" : text;
  }
}
