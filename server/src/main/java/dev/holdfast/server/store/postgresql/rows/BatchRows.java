package dev.holdfast.server.store.postgresql.rows;

import dev.holdfast.server.ledger.engine.BatchId;
import dev.holdfast.server.store.postgresql.connection.Flight;
import dev.holdfast.server.store.postgresql.connection.Session;
import dev.holdfast.server.store.postgresql.connection.SqlTexts;
import java.sql.SQLException;

/** The ids of committed batches, which tell what became of a commit. */
public final class BatchRows {
  /** Deletes old ids of all repositories, by the index on their times. */
  public static final String PURGE = "DELETE FROM batches WHERE write_micros < ?";

  private BatchRows() {}

  /** Adds the write of an id. */
  public static void write(Flight flight, String repositoryId, BatchId batchId) {
    flight.add(
        "INSERT INTO batches (repository_id, batch_id, write_micros) VALUES (?, ?, "
            + SqlTexts.NOW
            + ")",
        repositoryId,
        batchId.value());
  }

  /** Returns whether a batch was committed. */
  public static boolean exists(Session session, String repositoryId, BatchId batchId)
      throws SQLException {
    return !session
        .list(
            "SELECT 1 FROM batches WHERE repository_id = ? AND batch_id = ?",
            row -> true,
            repositoryId,
            batchId.value())
        .isEmpty();
  }

  /**
   * Deletes the ids that were written before a time, in microseconds since the epoch. The time is a
   * value, because Citus rejects a clock in the condition of a change of a distributed table.
   */
  public static void purge(Session session, long beforeMicros) throws SQLException {
    int unused = session.update(PURGE, beforeMicros);
  }
}
