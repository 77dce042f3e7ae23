package dev.holdfast.server.store.sqlite.releases;

import dev.holdfast.server.store.sqlite.connection.SqliteConnection;
import java.sql.ResultSet;
import java.sql.SQLException;

/** Checks every row of the release index. */
public final class IndexCheck {
  private IndexCheck() {}

  /** A check that may find damage. */
  public interface Work {
    /**
     * Runs the check.
     *
     * @throws SQLException if the engine fails
     */
    void run() throws SQLException;
  }

  /** Runs a check and records the damage that it finds. */
  public interface Attempt {
    void at(Work work) throws SQLException;
  }

  public static void each(Attempt attempt, SqliteConnection connection) throws SQLException {
    try (ResultSet row =
        connection.prepared("SELECT " + RunRows.RUN + " FROM release_runs").executeQuery()) {
      while (row.next()) {
        attempt.at(() -> RunRows.Run.read(row));
      }
    }
    for (String table : new String[] {RunRows.PARTITIONS, RunRows.FILTERS}) {
      String sql = "SELECT " + RunRows.columns(table) + " FROM " + table;
      try (ResultSet row = connection.prepared(sql).executeQuery()) {
        while (row.next()) {
          attempt.at(() -> RunRows.bytes(table, row));
        }
      }
    }
  }
}
