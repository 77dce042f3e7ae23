package dev.holdfast.server.store.sqlite;

import dev.holdfast.server.ledger.books.Change;
import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.books.RememberedOperation.Kind;
import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.store.sqlite.connection.DamageLog;
import dev.holdfast.server.store.sqlite.connection.SqliteConnection;
import dev.holdfast.server.store.sqlite.rows.EventChunk;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;

/**
 * Purges old events and the data that belongs to them. Events are stored in the order in which they
 * were written and contain the releases, so they lead to the other data, and no other table needs
 * an index by time.
 */
final class SqlitePurge {
  private static final DamageLog DAMAGE = new DamageLog();

  private SqlitePurge() {}

  /**
   * The result of a purge.
   *
   * @param events the number of purged events
   * @param lastChunk the last purged chunk; 0 for none
   */
  record Purged(int events, long lastChunk) {}

  /** Purges events up to a chunk, until their number reaches a limit. */
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
    PreparedStatement delete = connection.prepared("DELETE FROM events WHERE chunk = ?");
    delete.setLong(1, chunk.chunk());
    delete.executeUpdate();
  }

  /** Deletes the operations of a chunk except sales: the reservation of a sale may still exist. */
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

  /**
   * Deletes the operations that sold the released reservations of a chunk. The revision of a sale
   * is the generation of its reservation.
   */
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

  /**
   * Returns the events of a chunk; none if they are damaged. The sales that they would lead to are
   * then never deleted.
   */
  private static List<Event> events(PreparedStatement query, EventChunk chunk) throws SQLException {
    try {
      return SqliteConnection.rows(query, chunk::events).get(0);
    } catch (StoreException e) {
      DAMAGE.report(e);
      return List.of();
    }
  }
}
