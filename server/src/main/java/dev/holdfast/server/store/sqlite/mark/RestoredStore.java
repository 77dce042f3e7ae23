package dev.holdfast.server.store.sqlite.mark;

import static java.util.Objects.requireNonNull;

import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.store.sqlite.SqliteSchema;
import dev.holdfast.server.store.sqlite.StorePosition;
import dev.holdfast.server.store.sqlite.connection.SqliteCalls;
import dev.holdfast.server.store.sqlite.connection.SqliteConnection;
import dev.holdfast.server.store.sqlite.rows.RowMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes a store of a database from a backup: migrates it, raises its revisions, because the changes
 * since the backup are unknown, and writes its high-water mark.
 */
public final class RestoredStore {
  private RestoredStore() {}

  /**
   * The revisions of a repository that exists.
   *
   * @param repositoryId the id of the repository
   * @param backedUp its revision in the backup
   * @param restored its revision in the restored store
   */
  public record Revision(String repositoryId, long backedUp, long restored) {}

  /**
   * Raises all revisions. Nobody else may have the database open; it has no WAL afterwards.
   *
   * @param mark the file of the mark to write
   * @param backupMicros the time of the backup, in microseconds since the epoch
   * @param nowMicros the time, in microseconds since the epoch
   * @return the revisions of all repositories that exist, by repository
   * @throws StoreException if the engine fails
   */
  public static List<Revision> raise(Path database, Path mark, long backupMicros, long nowMicros)
      throws IOException {
    try (SqliteConnection connection = SqliteConnection.existingWriter(database)) {
      SqliteSchema.prepare(connection);
      List<RowMapper.RepositoryRow> before = repositories(connection);
      var unused = RevisionRaise.afterRestore(connection, backupMicros, nowMicros);
      List<RowMapper.RepositoryRow> after = repositories(connection);
      // The last connection to close would do it too, but without reporting a failure.
      var unusedState = SqliteCalls.REAL.checkpoint(connection, "TRUNCATE");
      MarkFile.Mark restored = new MarkFile.Mark(StorePosition.of(connection), nowMicros);
      MarkFile.create(mark, restored, MarkFile.Sync.REAL).close();
      return revisions(before, after);
    } catch (SQLException e) {
      throw StoreException.notApplied("cannot restore " + database, e);
    }
  }

  private static List<RowMapper.RepositoryRow> repositories(SqliteConnection connection)
      throws SQLException {
    return SqliteConnection.rows(
        connection.prepared(RowMapper.REPOSITORIES), RowMapper::repository);
  }

  private static List<Revision> revisions(
      List<RowMapper.RepositoryRow> before, List<RowMapper.RepositoryRow> after) {
    Map<Long, Long> backedUp = new HashMap<>();
    before.forEach(row -> backedUp.put(row.number(), row.repository().revision()));
    return after.stream()
        .filter(row -> !row.repository().deleted())
        .map(
            row ->
                new Revision(
                    row.repository().id(),
                    requireNonNull(backedUp.get(row.number())),
                    row.repository().revision()))
        .sorted(Comparator.comparing(Revision::repositoryId))
        .toList();
  }
}
