package dev.holdfast.server.store.sqlite.releases;

import dev.holdfast.server.store.sqlite.connection.SqliteConnection;
import java.sql.ResultSet;
import java.sql.SQLException;

/** Looks at every row of the index of releases. */
public final class IndexCheck {
  private IndexCheck() {}

  /** Work that may hit damage. */
  public interface Work {
    /**
     * Does it.
     *
     * @throws SQLException where the engine fails
     */
    void run() throws SQLException;
  }

  /** Does a piece of work, and goes on where it hits damage. */
  public interface Attempt {
    void at(Work work) throws SQLException;
  }

  public static void each(Attempt attempt, SqliteConnection connection) throws SQLException {
    try (ResultSet row =
        connection.prepared("SELECT " + RunRows.RUN + " FROM history_runs").executeQuery()) {
      while (row.next()) {
        attempt.at(() -> RunRows.Run.read(row));
      }
    }
    for (String table : new String[] {RunRows.PARTS, RunRows.FILTERS}) {
      String sql = "SELECT " + RunRows.columns(table) + " FROM " + table;
      try (ResultSet row = connection.prepared(sql).executeQuery()) {
        while (row.next()) {
          attempt.at(() -> RunRows.bytes(table, row));
        }
      }
    }
  }
}
