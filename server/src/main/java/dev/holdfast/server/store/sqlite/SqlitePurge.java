package dev.holdfast.server.store.sqlite;

import dev.holdfast.server.ledger.StoreException;
import dev.holdfast.server.ledger.books.Change;
import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.books.RememberedOperation.Kind;
import dev.holdfast.server.store.sqlite.connection.DamageLog;
import dev.holdfast.server.store.sqlite.connection.SqliteConnection;
import dev.holdfast.server.store.sqlite.rows.EventChunk;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;

/**
 * Forgets what is old. The events lie in the order in which they were written and say what was
 * released, so they lead to the rest, and nothing else needs an index by time.
 */
final class SqlitePurge {
  private static final DamageLog DAMAGE = new DamageLog();

  private SqlitePurge() {}

  /**
   * What was purged.
   *
   * @param events how many events
   * @param lastChunk the last chunk of them; 0 for none
   */
  record Purged(int events, long lastChunk) {}

  /** Forgets some events, up to a chunk. */
  static Purged purge(SqliteConnection connection, long upToChunk, int limit) throws SQLException {
    int events = 0;
    long lastChunk = 0;
    while (events < limit) {
      List<EventChunk> oldest =
          SqliteConnection.rows(
              connection.prepared(
                  "SELECT " + EventChunk.HEADER + " FROM events ORDER BY chunk LIMIT 1"),
              row -> EventChunk.read(row, 1));
      if (oldest.isEmpty() || oldest.get(0).chunk() > upToChunk) {
        break;
      }
      purge(connection, oldest.get(0));
      events += oldest.get(0).count();
      lastChunk = oldest.get(0).chunk();
    }
    return new Purged(events, lastChunk);
  }

  private static void purge(SqliteConnection connection, EventChunk chunk) throws SQLException {
    purgeOperations(connection, chunk);
    purgeSales(connection, chunk);
    PreparedStatement told = connection.prepared("DELETE FROM events WHERE chunk = ?");
    told.setLong(1, chunk.chunk());
    told.executeUpdate();
  }

  /** A sale's operation is not as old as its revision: its reservation may still live. */
  private static void purgeOperations(SqliteConnection connection, EventChunk chunk)
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
  private static void purgeSales(SqliteConnection connection, EventChunk chunk)
      throws SQLException {
    PreparedStatement query =
        connection.prepared("SELECT " + EventChunk.COLUMNS + " FROM events WHERE chunk = ?");
    query.setLong(1, chunk.chunk());
    PreparedStatement delete =
        connection.prepared(
            "DELETE FROM operations WHERE repository = ? AND revision = ? AND kind = ?");
    for (Event event : events(query, chunk)) {
      if (event.change() instanceof Change.SlotReleased change
          && !change.released().reservation().offerId().isEmpty()) {
        delete.setLong(1, chunk.repository());
        delete.setLong(2, change.released().reservation().generation());
        delete.setInt(3, Kind.SELL_SLOT.number());
        delete.executeUpdate();
      }
    }
  }

  /** None where they are damaged: the operations that they lead to then stay for ever. */
  private static List<Event> events(PreparedStatement query, EventChunk chunk) throws SQLException {
    try {
      return SqliteConnection.rows(query, chunk::events).get(0);
    } catch (StoreException e) {
      DAMAGE.tell(e);
      return List.of();
    }
  }
}
