package dev.holdfast.server.store.sqlite.rows;

import dev.holdfast.server.store.sqlite.connection.RowChecksum;
import dev.holdfast.server.store.sqlite.connection.SqliteConnection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;

/**
 * The single row of the table of the ledger itself.
 *
 * @param id the id of the ledger; chosen when the store is created, and never changed
 * @param firstRevision the revision after which the revisions of a new repository and the versions
 *     of its datastore begin: callers may have received lower ones that were lost
 */
public record LedgerRow(UUID id, long firstRevision) {
  private RowChecksum checksum() {
    return new RowChecksum("ledger").text(id.toString()).number(firstRevision);
  }

  public static LedgerRow read(SqliteConnection connection) throws SQLException {
    return rows(connection).get(0);
  }

  /** Inserts the row if the store has none yet. */
  public static void insertIfMissing(SqliteConnection connection) throws SQLException {
    if (rows(connection).isEmpty()) {
      new LedgerRow(UUID.randomUUID(), 0).write(connection);
    }
  }

  private static List<LedgerRow> rows(SqliteConnection connection) throws SQLException {
    PreparedStatement query =
        connection.prepared("SELECT ledger_id, first_revision, checksum FROM ledger");
    return SqliteConnection.rows(query, LedgerRow::checked);
  }

  private static LedgerRow checked(ResultSet row) throws SQLException {
    String id = row.getString(1);
    long firstRevision = row.getLong(2);
    new RowChecksum("ledger")
        .text(id)
        .number(firstRevision)
        .check(row.getLong(3), () -> "ledger " + id);
    return new LedgerRow(UUID.fromString(id), firstRevision);
  }

  public void write(SqliteConnection connection) throws SQLException {
    PreparedStatement put =
        connection.prepared(
            "INSERT OR REPLACE INTO ledger (one, ledger_id, first_revision, checksum)"
                + " VALUES (1, ?, ?, ?)");
    put.setString(1, id.toString());
    put.setLong(2, firstRevision);
    put.setInt(3, checksum().value());
    put.executeUpdate();
  }
}
