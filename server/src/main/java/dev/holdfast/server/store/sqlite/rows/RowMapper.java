package dev.holdfast.server.store.sqlite.rows;

import dev.holdfast.server.ledger.books.OperationKey;
import dev.holdfast.server.ledger.books.RememberedOperation;
import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.store.codec.SlotKeys;
import dev.holdfast.server.store.sqlite.connection.RowChecksum;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Converts rows to values, and values to rows. Columns are accessed by number, because a lookup by
 * name is slow. A row with a wrong checksum is reported as damage.
 */
public final class RowMapper {
  public static final String REPOSITORY =
      "repository, repository_id, capacity_bytes, reserved_bytes, unassigned_bytes,"
          + " reservation_count, revision, create_micros, update_micros, deleted, checksum";

  private static final int REPOSITORY_COLUMNS = 11;

  /** Selects repositories; a condition follows. */
  public static final String REPOSITORIES = "SELECT " + REPOSITORY + " FROM repositories";

  public static final String RESERVATION =
      "repository, slot_key, generation, amount_bytes, create_micros, lease_micros,"
          + " lease_expire_micros, reserve_operation_id, fill_revision, fill_micros,"
          + " fill_operation_id, fill_any_generation, offer_id, checksum";

  public static final String OPERATION =
      "repository, request_id, operation_id, kind, released_count, bytes, revision, slot_index,"
          + " generation, asked, checksum";

  private RowMapper() {}

  /**
   * A row of the table of repositories.
   *
   * @param number the number of the repository in other tables
   * @param repository the repository
   */
  public record RepositoryRow(long number, Repository repository) {}

  /** Reads and checks a row of {@link #REPOSITORY}. */
  public static RepositoryRow repository(ResultSet row) throws SQLException {
    RepositoryRow known = unchecked(row);
    check(known, row);
    return known;
  }

  /** Reads a row of {@link #REPOSITORY} without a check. */
  public static RepositoryRow unchecked(ResultSet row) throws SQLException {
    return new RepositoryRow(
        row.getLong(1),
        new Repository(
            row.getString(2),
            row.getLong(3),
            row.getLong(4),
            row.getLong(5),
            row.getLong(6),
            row.getLong(7),
            row.getLong(8),
            row.getLong(9),
            row.getBoolean(10)));
  }

  public static void check(RepositoryRow known, ResultSet row) throws SQLException {
    checksum(known.number(), known.repository())
        .check(row.getLong(REPOSITORY_COLUMNS), () -> "repository " + known.repository().id());
  }

  private static RowChecksum checksum(long number, Repository repository) {
    return new RowChecksum("repositories")
        .number(number)
        .text(repository.id())
        .number(repository.capacityBytes())
        .number(repository.reservedBytes())
        .number(repository.unassignedBytes())
        .number(repository.reservationCount())
        .number(repository.revision())
        .number(repository.createMicros())
        .number(repository.updateMicros())
        .number(repository.deleted() ? 1 : 0);
  }

  /** Sets the parameters of {@link #REPOSITORY}. */
  public static void set(PreparedStatement statement, RepositoryRow known) throws SQLException {
    Repository repository = known.repository();
    statement.setLong(1, known.number());
    statement.setString(2, repository.id());
    statement.setLong(3, repository.capacityBytes());
    statement.setLong(4, repository.reservedBytes());
    statement.setLong(5, repository.unassignedBytes());
    statement.setLong(6, repository.reservationCount());
    statement.setLong(7, repository.revision());
    statement.setLong(8, repository.createMicros());
    statement.setLong(9, repository.updateMicros());
    statement.setInt(10, repository.deleted() ? 1 : 0);
    statement.setInt(REPOSITORY_COLUMNS, checksum(known.number(), repository).value());
  }

  /** Reads and checks a row of {@link #RESERVATION}. */
  public static Reservation reservation(ResultSet row) throws SQLException {
    byte[] slotKey = row.getBytes(2);
    long generation = row.getLong(3);
    long amountBytes = row.getLong(4);
    long createMicros = row.getLong(5);
    long leaseMicros = row.getLong(6);
    long leaseExpireMicros = row.getLong(7);
    String reserveOperationId = text(row, 8);
    long fillRevision = row.getLong(9);
    Reservation.Fill fill =
        fillRevision == 0
            ? Reservation.Fill.NONE
            : new Reservation.Fill(
                fillRevision, row.getLong(10), text(row, 11), row.getBoolean(12));
    String offerId = text(row, 13);
    checksum(
            row.getLong(1),
            slotKey,
            generation,
            amountBytes,
            createMicros,
            leaseMicros,
            leaseExpireMicros,
            reserveOperationId,
            fill,
            offerId)
        .check(row.getLong(14), () -> describe(slotKey));
    return new Reservation(
        SlotKeys.decode(slotKey),
        amountBytes,
        generation,
        createMicros,
        leaseMicros,
        leaseExpireMicros,
        reserveOperationId,
        fill,
        offerId);
  }

  private static RowChecksum checksum(
      long repository,
      byte[] slotKey,
      long generation,
      long amountBytes,
      long createMicros,
      long leaseMicros,
      long leaseExpireMicros,
      String reserveOperationId,
      Reservation.Fill fill,
      String offerId) {
    return new RowChecksum("reservations")
        .number(repository)
        .bytes(slotKey)
        .number(generation)
        .number(amountBytes)
        .number(createMicros)
        .number(leaseMicros)
        .number(leaseExpireMicros)
        .text(reserveOperationId)
        .number(fill.revision())
        .number(fill.micros())
        .text(fill.operationId())
        .number(fill.anyGeneration() ? 1 : 0)
        .text(offerId);
  }

  /** Describes the slot of a key; a damaged key may not be decodable. */
  private static String describe(byte @Nullable [] slotKey) {
    if (slotKey == null) {
      return "no key";
    }
    try {
      Slot slot = SlotKeys.decode(slotKey);
      return "slot " + Long.toUnsignedString(slot.slotIndex()) + " of request " + slot.requestId();
    } catch (RuntimeException e) {
      return "key " + HexFormat.of().formatHex(slotKey);
    }
  }

  /** Sets the parameters of {@link #RESERVATION}. */
  public static void set(PreparedStatement statement, long repository, Reservation reservation)
      throws SQLException {
    byte[] slotKey = SlotKeys.encode(reservation.slot());
    Reservation.Fill fill = reservation.fill();
    statement.setLong(1, repository);
    statement.setBytes(2, slotKey);
    statement.setLong(3, reservation.generation());
    statement.setLong(4, reservation.amountBytes());
    statement.setLong(5, reservation.createMicros());
    setNumber(statement, 6, reservation.leaseMicros());
    setNumber(statement, 7, reservation.leaseExpireMicros());
    setText(statement, 8, reservation.reserveOperationId());
    setNumber(statement, 9, fill.revision());
    setNumber(statement, 10, fill.micros());
    setText(statement, 11, fill.operationId());
    setNumber(statement, 12, fill.anyGeneration() ? 1 : 0);
    setText(statement, 13, reservation.offerId());
    statement.setInt(
        14,
        checksum(
                repository,
                slotKey,
                reservation.generation(),
                reservation.amountBytes(),
                reservation.createMicros(),
                reservation.leaseMicros(),
                reservation.leaseExpireMicros(),
                reservation.reserveOperationId(),
                fill,
                reservation.offerId())
            .value());
  }

  /** Reads and checks a row of {@link #OPERATION}. */
  public static RememberedOperation operation(ResultSet row) throws SQLException {
    long repository = row.getLong(1);
    OperationKey key = new OperationKey(row.getString(2), row.getString(3));
    int kind = row.getInt(4);
    long count = row.getLong(5);
    long bytes = row.getLong(6);
    long revision = row.getLong(7);
    @Nullable String asked = row.getString(10);
    RememberedOperation.Sale sale =
        asked == null || key.requestId() == null
            ? null
            : new RememberedOperation.Sale(
                new Slot(key.requestId(), row.getLong(8)), row.getLong(9), asked);
    checksum(repository, key, kind, count, bytes, revision, sale)
        .check(
            row.getLong(11),
            () -> "operation " + key.operationId() + " of request " + key.requestId());
    return new RememberedOperation(
        key, RememberedOperation.Kind.ofNumber(kind), count, bytes, revision, sale);
  }

  private static RowChecksum checksum(
      long repository,
      OperationKey key,
      int kind,
      long count,
      long bytes,
      long revision,
      RememberedOperation.@Nullable Sale sale) {
    RowChecksum checksum =
        new RowChecksum("operations")
            .number(repository)
            .text(key.requestId())
            .text(key.operationId())
            .number(kind)
            .number(count)
            .number(bytes)
            .number(revision);
    return sale == null
        ? checksum
        : checksum.number(sale.slot().slotIndex()).number(sale.generation()).text(sale.asked());
  }

  /** Sets the parameters of {@link #OPERATION}. */
  public static void set(
      PreparedStatement statement, long repository, RememberedOperation operation)
      throws SQLException {
    statement.setLong(1, repository);
    statement.setString(2, operation.key().requestId());
    statement.setString(3, operation.key().operationId());
    statement.setInt(4, operation.kind().number());
    statement.setLong(5, operation.count());
    statement.setLong(6, operation.bytes());
    statement.setLong(7, operation.revision());
    RememberedOperation.Sale sale = operation.sale();
    statement.setObject(8, sale == null ? null : sale.slot().slotIndex());
    statement.setObject(9, sale == null ? null : sale.generation());
    statement.setObject(10, sale == null ? null : sale.asked());
    statement.setInt(
        11,
        checksum(
                repository,
                operation.key(),
                operation.kind().number(),
                operation.count(),
                operation.bytes(),
                operation.revision(),
                sale)
            .value());
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
