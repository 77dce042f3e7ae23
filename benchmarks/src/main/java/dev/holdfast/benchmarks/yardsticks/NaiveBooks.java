package dev.holdfast.benchmarks.yardsticks;

import dev.holdfast.v1.Slot;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** A table of reservations and a row of totals, with one transaction per change. */
final class NaiveBooks implements AutoCloseable {
  private static final String SCHEMA =
      """
      CREATE TABLE IF NOT EXISTS totals (
        capacity_bytes INTEGER NOT NULL,
        reserved_bytes INTEGER NOT NULL,
        revision INTEGER NOT NULL
      );
      INSERT INTO totals SELECT 1 << 59, 0, 0 WHERE NOT EXISTS (SELECT * FROM totals);
      CREATE TABLE IF NOT EXISTS reservations (
        request_id TEXT NOT NULL,
        slot_index INTEGER NOT NULL,
        generation INTEGER NOT NULL,
        amount_bytes INTEGER NOT NULL,
        operation_id TEXT NOT NULL,
        create_millis INTEGER NOT NULL,
        PRIMARY KEY (request_id, slot_index)
      ) WITHOUT ROWID;
      """;

  private static final String TAKE =
      """
      UPDATE totals SET reserved_bytes = reserved_bytes + ?1, revision = revision + 1
        WHERE capacity_bytes - reserved_bytes >= ?1
        RETURNING revision, capacity_bytes - reserved_bytes
      """;

  private static final String INSERT = "INSERT INTO reservations VALUES (?, ?, ?, ?, ?, ?)";

  private static final String DELETE =
      """
      DELETE FROM reservations WHERE request_id = ? AND slot_index = ? AND generation = ?
        RETURNING amount_bytes
      """;

  private static final String GIVE_BACK =
      """
      UPDATE totals SET reserved_bytes = reserved_bytes - ?, revision = revision + 1
        RETURNING capacity_bytes - reserved_bytes
      """;

  private final Connection connection;

  NaiveBooks(Path database) throws SQLException {
    connection = Sqlite.open(database, SCHEMA);
  }

  record Reserved(long generation, long availableBytes) {}

  record Released(long releasedBytes, long availableBytes) {}

  synchronized Reserved reserve(Slot slot, long amountBytes, String operationId)
      throws SQLException {
    return inTransaction(
        () -> {
          Reserved reserved;
          try (PreparedStatement take = connection.prepareStatement(TAKE)) {
            take.setLong(1, amountBytes);
            reserved =
                row(take, "not enough space", row -> new Reserved(row.getLong(1), row.getLong(2)));
          }
          try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
            insert.setString(1, slot.getRequestId());
            insert.setLong(2, slot.getSlotIndex());
            insert.setLong(3, reserved.generation());
            insert.setLong(4, amountBytes);
            insert.setString(5, operationId);
            insert.setLong(6, System.currentTimeMillis());
            insert.executeUpdate();
          }
          return reserved;
        });
  }

  synchronized Released release(Slot slot, long generation) throws SQLException {
    return inTransaction(
        () -> {
          long releasedBytes;
          try (PreparedStatement delete = connection.prepareStatement(DELETE)) {
            delete.setString(1, slot.getRequestId());
            delete.setLong(2, slot.getSlotIndex());
            delete.setLong(3, generation);
            releasedBytes = row(delete, "no such reservation", row -> row.getLong(1));
          }
          try (PreparedStatement giveBack = connection.prepareStatement(GIVE_BACK)) {
            giveBack.setLong(1, releasedBytes);
            long availableBytes = row(giveBack, "no totals", row -> row.getLong(1));
            return new Released(releasedBytes, availableBytes);
          }
        });
  }

  private interface Change<T> {
    T make() throws SQLException;
  }

  private <T> T inTransaction(Change<T> change) throws SQLException {
    T made;
    try {
      made = change.make();
    } catch (SQLException e) {
      connection.rollback();
      throw e;
    }
    connection.commit();
    return made;
  }

  private interface Reader<T> {
    T read(ResultSet row) throws SQLException;
  }

  /** Returns the only row; fails with the message if there is none. */
  private static <T> T row(PreparedStatement statement, String otherwise, Reader<T> reader)
      throws SQLException {
    try (ResultSet rows = statement.executeQuery()) {
      if (!rows.next()) {
        throw new SQLException(otherwise);
      }
      return reader.read(rows);
    }
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
