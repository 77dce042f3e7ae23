package dev.holdfast.server.store.sqlite;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;

/**
 * For how long the ledger has served, and how far the events had come by then: so their age is told
 * by no clock that can be set.
 */
final class ServedTime {
  private final SqliteConnection connection;

  ServedTime(SqliteConnection connection) {
    this.connection = connection;
  }

  private record Note(long servedMicros, long chunk) {}

  long micros() throws SQLException {
    return connection.number("SELECT micros FROM served");
  }

  void note(long servedMicros, long apartMicros) throws SQLException {
    PreparedStatement update = connection.prepared("UPDATE served SET micros = max(micros, ?)");
    update.setLong(1, servedMicros);
    update.executeUpdate();
    long lastChunk = connection.number("SELECT max(chunk) FROM events");
    Note last = before(Long.MAX_VALUE);
    boolean due = last.chunk() == 0 || servedMicros - last.servedMicros() >= apartMicros;
    if (lastChunk > last.chunk() && due) {
      PreparedStatement insert =
          connection.prepared("INSERT OR REPLACE INTO served_notes VALUES (?, ?)");
      insert.setLong(1, servedMicros);
      insert.setLong(2, lastChunk);
      insert.executeUpdate();
    }
  }

  /** The last chunk of events that was written before the ledger had served for so long. */
  long lastChunkBefore(long servedMicros) throws SQLException {
    return before(servedMicros).chunk();
  }

  /** For when everything is forgotten that these notes lead to. */
  void dropBefore(long servedMicros) throws SQLException {
    PreparedStatement delete =
        connection.prepared("DELETE FROM served_notes WHERE served_micros < ?");
    delete.setLong(1, servedMicros);
    delete.executeUpdate();
  }

  private Note before(long servedMicros) throws SQLException {
    PreparedStatement query =
        connection.prepared(
            "SELECT served_micros, chunk FROM served_notes WHERE served_micros < ?"
                + " ORDER BY served_micros DESC LIMIT 1");
    query.setLong(1, servedMicros);
    List<Note> notes =
        SqliteConnection.rows(query, row -> new Note(row.getLong(1), row.getLong(2)));
    return notes.isEmpty() ? new Note(0, 0) : notes.get(0);
  }
}
