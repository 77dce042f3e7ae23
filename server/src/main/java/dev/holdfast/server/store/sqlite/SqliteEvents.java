package dev.holdfast.server.store.sqlite;

import dev.holdfast.server.ledger.books.Change;
import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.books.Released;
import dev.holdfast.server.store.EventLog;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;

/** Reads events by revision. */
final class SqliteEvents {
  private final SqliteConnection connection;

  SqliteEvents(SqliteConnection connection) {
    this.connection = connection;
  }

  /** The releases at these revisions, in their order; what is no release is left out. */
  List<Released> released(long repository, SortedSet<Long> revisions) throws SQLException {
    List<Released> found = new ArrayList<>();
    List<Event> chunk = List.of();
    for (long revision : revisions) {
      if (chunk.isEmpty() || revision > last(chunk)) {
        chunk = chunkFrom(repository, revision);
      }
      if (!chunk.isEmpty() && revision >= chunk.get(0).revision()) {
        Event event = chunk.get((int) (revision - chunk.get(0).revision()));
        if (event.change() instanceof Change.SlotReleased change) {
          found.add(change.released());
        }
      }
    }
    return found;
  }

  private static long last(List<Event> chunk) {
    return chunk.get(chunk.size() - 1).revision();
  }

  /** The first chunk that ends at this revision or behind it; empty where there is none. */
  private List<Event> chunkFrom(long repository, long revision) throws SQLException {
    PreparedStatement query =
        connection.prepared(
            "SELECT first_revision, micros, events FROM events"
                + " WHERE repository = ? AND last_revision >= ? ORDER BY last_revision LIMIT 1");
    query.setLong(1, repository);
    query.setLong(2, revision);
    List<List<Event>> chunks =
        SqliteConnection.rows(
            query, row -> EventLog.decode(row.getBytes(3), row.getLong(1), row.getLong(2)));
    return chunks.isEmpty() ? List.of() : chunks.get(0);
  }
}
