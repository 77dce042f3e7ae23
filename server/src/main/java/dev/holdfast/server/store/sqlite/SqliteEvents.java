package dev.holdfast.server.store.sqlite;

import dev.holdfast.server.ledger.EventsPage;
import dev.holdfast.server.ledger.EventsQuery;
import dev.holdfast.server.ledger.books.Change;
import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.books.Released;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.store.EventLog;
import dev.holdfast.server.store.SlotKeys;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/** Reads events by revision. */
final class SqliteEvents {
  /** A page looks at no more chunks and bytes than this, however few events it is asked for. */
  private static final int CHUNKS_A_PAGE = 20_000;

  private static final long BYTES_A_PAGE = 8 * 1024 * 1024;

  private final SqliteConnection connection;

  SqliteEvents(SqliteConnection connection) {
    this.connection = connection;
  }

  /**
   * An event and the short name of its repository.
   *
   * @param repository the repository
   * @param event the event
   */
  record Standing(long repository, Event event) {
    /** What the event released in a repository; null where it did not. */
    @Nullable Released release(long ofRepository) {
      return repository == ofRepository && event.change() instanceof Change.SlotReleased change
          ? change.released()
          : null;
    }

    /** The same of one slot. */
    @Nullable Released release(long ofRepository, Slot slot) {
      Released released = release(ofRepository);
      return released != null && released.reservation().slot().equals(slot) ? released : null;
    }
  }

  /** What stands at these {@linkplain ReleaseEntry places}; what is forgotten is left out. */
  Map<Long, Standing> at(SortedSet<Long> places) throws SQLException {
    Map<Long, Standing> found = new HashMap<>();
    PreparedStatement query =
        connection.prepared(
            "SELECT repository, first_revision, micros, events FROM events WHERE chunk = ?");
    long chunk = 0;
    long repository = 0;
    List<Event> events = List.of();
    for (long place : places) {
      if (ReleaseEntry.chunk(place) != chunk) {
        chunk = ReleaseEntry.chunk(place);
        events = List.of();
        query.setLong(1, chunk);
        try (ResultSet row = query.executeQuery()) {
          if (row.next()) {
            repository = row.getLong(1);
            events = EventLog.decode(row.getBytes(4), row.getLong(2), row.getLong(3));
          }
        }
      }
      if (ReleaseEntry.index(place) < events.size()) {
        found.put(place, new Standing(repository, events.get(ReleaseEntry.index(place))));
      }
    }
    return found;
  }

  /** A page; to be read in one snapshot. */
  Optional<EventsPage> page(EventsQuery asked) throws SQLException {
    PreparedStatement query =
        connection.prepared(
            "SELECT repository, revision, deleted, (SELECT first_revision FROM events"
                + " WHERE repository = books.repository ORDER BY last_revision LIMIT 1)"
                + " FROM books WHERE repository_id = ?");
    query.setString(1, asked.repositoryId());
    try (ResultSet row = query.executeQuery()) {
      if (!row.next()) {
        return Optional.empty();
      }
      List<Event> found = new ArrayList<>();
      long lookedTo = find(row.getLong(1), asked, found);
      long revision = row.getLong(2);
      long oldest = row.getLong(4);
      return Optional.of(
          new EventsPage(
              revision, row.getBoolean(3), oldest == 0 ? revision + 1 : oldest, found, lookedTo));
    }
  }

  /** Collects what is asked for; answers up to where it looked, or 0 for the end. */
  private long find(long repository, EventsQuery asked, List<Event> found) throws SQLException {
    PreparedStatement query =
        connection.prepared(
            "SELECT first_revision, last_revision, micros, events FROM events"
                + " WHERE repository = ? AND last_revision > ? ORDER BY last_revision");
    query.setLong(1, repository);
    query.setLong(2, asked.afterRevision());
    byte[] key = key(asked);
    int chunks = 0;
    long bytes = 0;
    try (ResultSet row = query.executeQuery()) {
      while (row.next()) {
        byte[] chunk = row.getBytes(4);
        if (EventLog.mentions(chunk, key)) {
          for (Event event : EventLog.decode(chunk, row.getLong(1), row.getLong(3))) {
            if (asked.wants(event)) {
              if (found.size() == asked.limit()) {
                return found.get(found.size() - 1).revision();
              }
              found.add(event);
            }
          }
        }
        bytes += chunk.length;
        if (++chunks == CHUNKS_A_PAGE || bytes >= BYTES_A_PAGE) {
          return row.getLong(2);
        }
      }
    }
    return 0;
  }

  /** What stands in every chunk that has to do with what is asked for. */
  private static byte[] key(EventsQuery asked) {
    if (asked.slot() != null) {
      return SlotKeys.encode(asked.slot());
    }
    return asked.requestId() == null ? new byte[0] : SlotKeys.encodeRequest(asked.requestId());
  }

  /** The newest event of a repository; null where none is kept. */
  @Nullable Event last(String repositoryId) throws SQLException {
    PreparedStatement query =
        connection.prepared(
            "SELECT first_revision, micros, events FROM events WHERE repository = "
                + SqliteReads.ID
                + " ORDER BY last_revision DESC LIMIT 1");
    query.setString(1, repositoryId);
    List<Event> chunk = chunk(query);
    return chunk.isEmpty() ? null : chunk.get(chunk.size() - 1);
  }

  /** The one chunk that a query finds; empty for none. */
  private static List<Event> chunk(PreparedStatement query) throws SQLException {
    List<List<Event>> chunks =
        SqliteConnection.rows(
            query, row -> EventLog.decode(row.getBytes(3), row.getLong(1), row.getLong(2)));
    return chunks.isEmpty() ? List.of() : chunks.get(0);
  }
}
