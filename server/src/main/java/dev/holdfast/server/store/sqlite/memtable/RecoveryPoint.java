package dev.holdfast.server.store.sqlite.memtable;

import dev.holdfast.server.store.sqlite.connection.RowChecksum;
import dev.holdfast.server.store.sqlite.connection.SqliteConnection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * Reads and writes the recovery point: the chunk of events after which a start replays, because
 * later reservations may have no row.
 */
public final class RecoveryPoint {
  private RecoveryPoint() {}

  public static void write(SqliteConnection connection, long chunk) throws SQLException {
    PreparedStatement update =
        connection.prepared("UPDATE recovery_point SET chunk = ?, checksum = ?");
    update.setLong(1, chunk);
    update.setInt(2, checksum(chunk).value());
    update.executeUpdate();
  }

  public static long read(SqliteConnection connection) throws SQLException {
    PreparedStatement query = connection.prepared("SELECT chunk, checksum FROM recovery_point");
    return SqliteConnection.rows(query, RecoveryPoint::checked).get(0);
  }

  /** Returns the number of commits that made changes without an event. */
  public static long quietCommits(SqliteConnection connection) throws SQLException {
    return connection.number("SELECT quiet_commits FROM recovery_point");
  }

  private static long checked(ResultSet row) throws SQLException {
    long chunk = row.getLong(1);
    checksum(chunk).check(row.getLong(2), () -> "chunk " + chunk);
    return chunk;
  }

  private static RowChecksum checksum(long chunk) {
    return new RowChecksum("recovery_point").number(chunk);
  }
}
