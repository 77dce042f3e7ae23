package dev.holdfast.server.store.sqlite;

import dev.holdfast.server.ledger.books.Change;
import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.books.RememberedOperation.Kind;
import dev.holdfast.server.store.EventLog;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;

/**
 * Forgets what is old. The events lie in the order in which they were written and say what was
 * released, so they lead to the rest, and nothing else needs an index by time.
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

  /** Forgets some events, up to a chunk. */
  static Forgotten forget(SqliteConnection connection, long upToChunk, int limit)
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
      if (oldest.isEmpty() || oldest.get(0).chunk() > upToChunk) {
        break;
      }
      forget(connection, oldest.get(0));
      events += oldest.get(0).events();
      lastChunk = oldest.get(0).chunk();
    }
    return new Forgotten(events, lastChunk);
  }

  private static void forget(SqliteConnection connection, Chunk chunk) throws SQLException {
    forgetOperations(connection, chunk);
    forgetSales(connection, chunk);
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

  /** A sale's operation is not as old as its revision: its reservation may still live. */
  private static void forgetOperations(SqliteConnection connection, Chunk chunk)
      throws SQLException {
    PreparedStatement delete =
        connection.prepared(
            "DELETE FROM operations WHERE repository = ? AND revision BETWEEN ? AND ?"
                + " AND kind <> ?");
    delete.setLong(1, chunk.repository());
    delete.setLong(2, chunk.firstRevision());
    delete.setLong(3, chunk.lastRevision());
    delete.setInt(4, Kind.SELL_SLOT.number());
    delete.executeUpdate();
  }

  /** With a release goes the operation that sold what it released: a sale's revision is that. */
  private static void forgetSales(SqliteConnection connection, Chunk chunk) throws SQLException {
    PreparedStatement query = connection.prepared("SELECT events FROM events WHERE chunk = ?");
    query.setLong(1, chunk.chunk());
    byte[] events = SqliteConnection.rows(query, row -> row.getBytes(1)).get(0);
    PreparedStatement delete =
        connection.prepared(
            "DELETE FROM operations WHERE repository = ? AND revision = ? AND kind = ?");
    for (Event event : EventLog.decode(events, chunk.firstRevision(), chunk.micros())) {
      if (event.change() instanceof Change.SlotReleased change
          && !change.released().reservation().offerId().isEmpty()) {
        delete.setLong(1, chunk.repository());
        delete.setLong(2, change.released().reservation().generation());
        delete.setInt(3, Kind.SELL_SLOT.number());
        delete.executeUpdate();
      }
    }
  }
}
