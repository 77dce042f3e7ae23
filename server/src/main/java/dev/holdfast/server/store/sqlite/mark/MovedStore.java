package dev.holdfast.server.store.sqlite.mark;

import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.store.sqlite.StorePosition;
import dev.holdfast.server.store.sqlite.connection.SqliteCalls;
import dev.holdfast.server.store.sqlite.connection.SqliteConnection;
import dev.holdfast.server.store.sqlite.rows.LedgerRow;
import dev.holdfast.server.store.sqlite.rows.RevisionGaps;
import dev.holdfast.server.store.sqlite.rows.RowMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/** Completes a store that was written from the contents of another ledger. */
public final class MovedStore {
  private MovedStore() {}

  /**
   * Writes what no batch writes, and the high-water mark. Nobody else may have the database open;
   * it has no WAL afterwards.
   *
   * @param mark the file of the mark to write
   * @param firstRevision the revision after which those of new repositories begin
   * @param compactedRevisions the revisions before which events count as purged, by repository
   * @param nowMicros the time, in microseconds since the epoch
   * @throws StoreException if the engine fails
   */
  public static void complete(
      Path database,
      Path mark,
      long firstRevision,
      Map<String, Long> compactedRevisions,
      long nowMicros) {
    try (SqliteConnection connection = SqliteConnection.existingWriter(database)) {
      connection.run("BEGIN IMMEDIATE");
      new LedgerRow(LedgerRow.read(connection).id(), firstRevision).write(connection);
      for (Map.Entry<String, Long> compacted : compactedRevisions.entrySet()) {
        RevisionGaps.put(connection, number(connection, compacted.getKey()), compacted.getValue());
      }
      connection.run("COMMIT");
      // The last connection to close would do it too, but without reporting a failure.
      var unusedState = SqliteCalls.REAL.checkpoint(connection, "TRUNCATE");
      MarkFile.Mark complete = new MarkFile.Mark(StorePosition.of(connection), nowMicros);
      MarkFile.create(mark, complete, MarkFile.Sync.REAL).close();
    } catch (SQLException e) {
      throw StoreException.notApplied("cannot complete " + database, e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long number(SqliteConnection connection, String repositoryId) throws SQLException {
    PreparedStatement query =
        connection.prepared(RowMapper.REPOSITORIES + " WHERE repository_id = ?");
    query.setString(1, repositoryId);
    List<RowMapper.RepositoryRow> found = SqliteConnection.rows(query, RowMapper::repository);
    return found.get(0).number();
  }
}
