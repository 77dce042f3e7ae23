package dev.holdfast.server.store.sqlite.releases;

import dev.holdfast.server.store.sqlite.connection.SqliteConnection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/** Deletes the rows of a run that is not in use, some at a time. */
final class ObsoleteRuns {
  /** What a slice of the filter is about, or a part of that. */
  private static final int PARTS_AT_ONCE = 16;

  private final ReleaseRun run;
  private int next;

  ObsoleteRuns(ReleaseRun run) {
    this.run = run;
  }

  /** Tells every later start that the run is not in use. */
  static void begin(SqliteConnection connection, ReleaseRun run) throws SQLException {
    new RunRows.Run(run, false).put(connection);
  }

  /** Deletes some; answers whether nothing is left. */
  boolean step(SqliteConnection connection) throws SQLException {
    int end = Math.min(run.parts(), next + PARTS_AT_ONCE);
    for (String table : new String[] {"history_parts", "history_filters"}) {
      PreparedStatement delete =
          connection.prepared("DELETE FROM " + table + " WHERE part >= ? AND part < ?");
      delete.setLong(1, run.key(next));
      delete.setLong(2, run.key(end));
      delete.executeUpdate();
    }
    next = end;
    if (next < run.parts()) {
      return false;
    }
    PreparedStatement delete = connection.prepared("DELETE FROM history_runs WHERE run = ?");
    delete.setLong(1, run.id());
    delete.executeUpdate();
    return true;
  }
}
