package dev.holdfast.server.store.sqlite;

import dev.holdfast.server.ledger.books.Change;
import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.store.EventLog;
import dev.holdfast.server.store.SlotKeys;
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
      long chunk, long repository, long lastRevision, long micros, List<Event> events) {}

  /** A release that is forgotten, as the index knows it. */
  record ForgottenRelease(long slotHash, long revision) {}

  static int forget(
      SqliteConnection connection, long beforeMicros, int limit, List<ForgottenRelease> releases)
      throws SQLException {
    int forgotten = 0;
    while (forgotten < limit) {
      List<Chunk> oldest =
          SqliteConnection.rows(
              connection.prepared(
                  "SELECT chunk, repository, first_revision, last_revision, micros, events FROM events ORDER BY chunk LIMIT 1"),
              row ->
                  new Chunk(
                      row.getLong(1),
                      row.getLong(2),
                      row.getLong(4),
                      row.getLong(5),
                      EventLog.decode(row.getBytes(6), row.getLong(3), row.getLong(5))));
      if (oldest.isEmpty() || oldest.get(0).micros() >= beforeMicros) {
        break;
      }
      forgotten += forget(connection, oldest.get(0), releases);
    }
    return forgotten;
  }

  private static int forget(
      SqliteConnection connection, Chunk chunk, List<ForgottenRelease> releases)
      throws SQLException {
    PreparedStatement history =
        connection.prepared("DELETE FROM history WHERE slot_hash = ? AND revision = ?");
    for (Event event : chunk.events()) {
      if (event.change() instanceof Change.SlotReleased change) {
        byte[] slotKey = SlotKeys.encode(change.released().reservation().slot());
        long slotHash = HistoryIndex.hash(chunk.repository(), slotKey);
        history.setLong(1, slotHash);
        history.setLong(2, event.revision());
        history.executeUpdate();
        releases.add(new ForgottenRelease(slotHash, event.revision()));
      }
    }
    PreparedStatement operations =
        connection.prepared("DELETE FROM operations WHERE repository = ? AND revision <= ?");
    operations.setLong(1, chunk.repository());
    operations.setLong(2, chunk.lastRevision());
    operations.executeUpdate();
    PreparedStatement told = connection.prepared("DELETE FROM events WHERE chunk = ?");
    told.setLong(1, chunk.chunk());
    told.executeUpdate();
    return chunk.events().size();
  }
}
