package dev.holdfast.server.store.sqlite.rows;

import dev.holdfast.server.store.sqlite.connection.RowChecksum;
import dev.holdfast.server.store.sqlite.connection.SqliteConnection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/**
 * Reads and writes the gaps in the revisions of repositories, where changes were lost; events
 * before a gap count as compacted.
 */
public final class RevisionGaps {
  public static final String COLUMNS = "repository, revision, checksum";

  private RevisionGaps() {}

  /** Returns the first revision after the last gap; 0 for none. */
  public static long end(SqliteConnection connection, long repository) throws SQLException {
    PreparedStatement query =
        connection.prepared("SELECT " + COLUMNS + " FROM gaps WHERE repository = ?");
    query.setLong(1, repository);
    List<Long> ends = SqliteConnection.rows(query, RevisionGaps::checked);
    return ends.isEmpty() ? 0 : ends.get(0);
  }

  public static void put(SqliteConnection connection, long repository, long end)
      throws SQLException {
    PreparedStatement put =
        connection.prepared("INSERT OR REPLACE INTO gaps (" + COLUMNS + ") VALUES (?, ?, ?)");
    put.setLong(1, repository);
    put.setLong(2, end);
    put.setInt(3, checksum(repository, end).value());
    put.executeUpdate();
  }

  public static long checked(ResultSet row) throws SQLException {
    long repository = row.getLong(1);
    long end = row.getLong(2);
    checksum(repository, end)
        .check(row.getLong(3), () -> "repository with the number " + repository);
    return end;
  }

  private static RowChecksum checksum(long repository, long end) {
    return new RowChecksum("gaps").number(repository).number(end);
  }
}
