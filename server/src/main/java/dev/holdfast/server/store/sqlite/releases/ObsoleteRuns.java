package dev.holdfast.server.store.sqlite.releases;

import dev.holdfast.server.store.sqlite.connection.SqliteConnection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/** Deletes the rows of a run that is not in use, over several transactions. */
final class ObsoleteRuns {
  /** The number of partitions deleted by a step: those of a slice of the filter, or fewer. */
  private static final int PARTITIONS_PER_STEP = 16;

  private final ReleaseRun run;
  private int next;

  ObsoleteRuns(ReleaseRun run) {
    this.run = run;
  }

  /** Marks the run as not in use, also for later starts. */
  static void begin(SqliteConnection connection, ReleaseRun run) throws SQLException {
    new RunRows.Run(run, false).put(connection);
  }

  /** Deletes the rows of some partitions; returns whether nothing is left. */
  boolean step(SqliteConnection connection) throws SQLException {
    int end = Math.min(run.partitions(), next + PARTITIONS_PER_STEP);
    for (String table : new String[] {"release_partitions", "release_filters"}) {
      PreparedStatement delete =
          connection.prepared(
              "DELETE FROM " + table + " WHERE partition_key >= ? AND partition_key < ?");
      delete.setLong(1, run.key(next));
      delete.setLong(2, run.key(end));
      delete.executeUpdate();
    }
    next = end;
    if (next < run.partitions()) {
      return false;
    }
    PreparedStatement delete = connection.prepared("DELETE FROM release_runs WHERE run = ?");
    delete.setLong(1, run.id());
    delete.executeUpdate();
    return true;
  }
}
