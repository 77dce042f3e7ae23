package dev.holdfast.server.store.sqlite;

import java.sql.ResultSet;
import java.sql.SQLException;

/** Looks at every row of the index of releases. */
final class HistoryCheck {
  private HistoryCheck() {}

  /** Does a piece of work, and goes on where it hits damage. */
  interface Attempt {
    void at(SqliteRecount.Work work) throws SQLException;
  }

  static void each(Attempt attempt, SqliteConnection connection) throws SQLException {
    try (ResultSet row =
        connection.prepared("SELECT " + HistoryRows.RUN + " FROM history_runs").executeQuery()) {
      while (row.next()) {
        attempt.at(() -> HistoryRows.Run.read(row));
      }
    }
    for (String table : new String[] {HistoryRows.PARTS, HistoryRows.FILTERS}) {
      String sql = "SELECT " + HistoryRows.columns(table) + " FROM " + table;
      try (ResultSet row = connection.prepared(sql).executeQuery()) {
        while (row.next()) {
          attempt.at(() -> HistoryRows.bytes(table, row));
        }
      }
    }
  }
}
