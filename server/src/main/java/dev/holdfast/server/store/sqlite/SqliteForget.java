package dev.holdfast.server.store.sqlite;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;

/**
 * Forgets what is old. The events lie in the order of time and say what was released, so they lead
 * to the rest, and nothing else needs an index by time.
 */
final class SqliteForget {
  private SqliteForget() {}

  private record Chunk(
      long chunk, long repository, long firstRevision, long lastRevision, long micros) {
    int events() {
      return (int) (lastRevision - firstRevision + 1);
    }
  }

  /**
   * What was forgotten.
   *
   * @param events how many events
   * @param lastChunk the last chunk of them; 0 for none
   */
  record Forgotten(int events, long lastChunk) {}

  /** Forgets some events. */
  static Forgotten forget(SqliteConnection connection, long beforeMicros, int limit)
      throws SQLException {
    int events = 0;
    long lastChunk = 0;
    while (events < limit) {
      List<Chunk> oldest =
          SqliteConnection.rows(
              connection.prepared(
                  "SELECT chunk, repository, first_revision, last_revision, micros FROM events"
                      + " ORDER BY chunk LIMIT 1"),
              row ->
                  new Chunk(
                      row.getLong(1),
                      row.getLong(2),
                      row.getLong(3),
                      row.getLong(4),
                      row.getLong(5)));
      if (oldest.isEmpty() || oldest.get(0).micros() >= beforeMicros) {
        break;
      }
      forget(connection, oldest.get(0));
      events += oldest.get(0).events();
      lastChunk = oldest.get(0).chunk();
    }
    return new Forgotten(events, lastChunk);
  }

  private static void forget(SqliteConnection connection, Chunk chunk) throws SQLException {
    PreparedStatement operations =
        connection.prepared("DELETE FROM operations WHERE repository = ? AND revision <= ?");
    operations.setLong(1, chunk.repository());
    operations.setLong(2, chunk.lastRevision());
    operations.executeUpdate();
    // What the next ones do not say again, where there are none.
    PreparedStatement sums =
        connection.prepared(
            "UPDATE repositories SET reserved_bytes = told.reserved_bytes,"
                + " unassigned_bytes = told.unassigned_bytes,"
                + " reservation_count = told.reservation_count, revision = told.last_revision,"
                + " update_micros = told.micros"
                + " FROM events AS told WHERE told.chunk = ? AND told.reserved_bytes IS NOT NULL"
                + " AND repositories.repository = told.repository"
                + " AND repositories.revision < told.last_revision");
    sums.setLong(1, chunk.chunk());
    sums.executeUpdate();
    PreparedStatement told = connection.prepared("DELETE FROM events WHERE chunk = ?");
    told.setLong(1, chunk.chunk());
    told.executeUpdate();
  }
}
