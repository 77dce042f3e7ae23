package dev.holdfast.server.store.sqlite.rows;

import dev.holdfast.server.ledger.books.Change;
import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.books.Released;
import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.engine.EventsPage;
import dev.holdfast.server.ledger.engine.EventsQuery;
import dev.holdfast.server.store.codec.EventCodec;
import dev.holdfast.server.store.codec.SlotKeys;
import dev.holdfast.server.store.sqlite.connection.SqliteConnection;
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

/** Reads events by revision, or by place. */
public final class SqliteEvents {
  /**
   * The largest numbers of chunks and bytes that one page scans, even if they contain few of the
   * requested events.
   */
  private static final int CHUNKS_PER_PAGE = 20_000;

  private static final long BYTES_PER_PAGE = 8 * 1024 * 1024;

  private final SqliteConnection connection;

  public SqliteEvents(SqliteConnection connection) {
    this.connection = connection;
  }

  /**
   * An event and the number of its repository.
   *
   * @param repository the number of the repository
   * @param event the event
   */
  public record StoredEvent(long repository, Event event) {
    /** Returns the release of the event in a repository; null for another event. */
    public @Nullable Released release(long ofRepository) {
      return repository == ofRepository && event.change() instanceof Change.SlotReleased change
          ? change.released()
          : null;
    }

    /** Returns the release of the event of a slot; null for another event. */
    public @Nullable Released release(long ofRepository, Slot slot) {
      Released released = release(ofRepository);
      return released != null && released.reservation().slot().equals(slot) ? released : null;
    }
  }

  /** Returns the events at some {@linkplain EventPlace places}, without the purged ones. */
  public Map<Long, StoredEvent> at(SortedSet<Long> places) throws SQLException {
    Map<Long, StoredEvent> found = new HashMap<>();
    PreparedStatement query =
        connection.prepared("SELECT " + EventChunk.COLUMNS + " FROM events WHERE chunk = ?");
    long chunk = 0;
    long repository = 0;
    List<Event> events = List.of();
    for (long place : places) {
      if (EventPlace.chunk(place) != chunk) {
        chunk = EventPlace.chunk(place);
        events = List.of();
        query.setLong(1, chunk);
        try (ResultSet row = query.executeQuery()) {
          if (row.next()) {
            EventChunk header = EventChunk.read(row, 1);
            repository = header.repository();
            events = header.events(row);
          }
        }
      }
      if (EventPlace.index(place) < events.size()) {
        found.put(place, new StoredEvent(repository, events.get(EventPlace.index(place))));
      }
    }
    return found;
  }

  /**
   * Returns a page of events. The connection must be in a transaction, so that all queries read one
   * snapshot.
   */
  public Optional<EventsPage> page(EventsQuery request) throws SQLException {
    PreparedStatement query =
        connection.prepared(RowMapper.REPOSITORIES + " WHERE repository_id = ?");
    query.setString(1, request.repositoryId());
    RowMapper.RepositoryRow known;
    try (ResultSet row = query.executeQuery()) {
      if (!row.next()) {
        return Optional.empty();
      }
      known = RowMapper.repository(row);
    }
    // Events before the gap are stored only for the history of slots, not for readers of events.
    long gapEnd = RevisionGaps.end(connection, known.number());
    EventsQuery afterGap =
        request.afterRevision() < gapEnd - 1 ? request.behind(gapEnd - 1) : request;
    Repository repository = known.repository();
    long oldest = Math.max(gapEnd, oldest(known.number(), repository.revision() + 1));
    List<Event> found = new ArrayList<>();
    long scannedTo = find(known, afterGap, oldest, found);
    return Optional.of(
        new EventsPage(repository.revision(), repository.deleted(), oldest, found, scannedTo));
  }

  /** Returns the revision of the oldest retained event. */
  private long oldest(long repository, long revisionIfNone) throws SQLException {
    PreparedStatement query =
        connection.prepared(
            "SELECT "
                + EventChunk.HEADER
                + " FROM events WHERE repository = ? ORDER BY last_revision LIMIT 1");
    query.setLong(1, repository);
    List<EventChunk> oldest = headers(query);
    long revision = oldest.isEmpty() ? revisionIfNone : oldest.get(0).firstRevision();
    PreparedStatement first =
        connection.prepared("SELECT " + EventChunk.HEADER + " FROM events ORDER BY chunk LIMIT 1");
    for (EventChunk oldestOfAll : headers(first)) {
      // If the oldest event of all belongs to this repository, the index must contain it.
      if (oldestOfAll.repository() == repository) {
        EventChunk.requireNoneHidden(oldestOfAll.firstRevision() - 1, revision - 1);
      }
    }
    return revision;
  }

  private static List<EventChunk> headers(PreparedStatement query) throws SQLException {
    return SqliteConnection.rows(query, row -> EventChunk.read(row, 1));
  }

  /**
   * Collects the requested events.
   *
   * @param oldest the revision of the oldest retained event
   * @return the last revision that was scanned; 0 for the end of the events
   * @throws StoreException if events between {@code oldest} and the repository's revision are
   *     missing
   */
  private long find(
      RowMapper.RepositoryRow known, EventsQuery request, long oldest, List<Event> found)
      throws SQLException {
    PreparedStatement query =
        connection.prepared(
            "SELECT "
                + EventChunk.COLUMNS
                + " FROM events WHERE repository = ? AND last_revision > ?"
                + " ORDER BY last_revision");
    query.setLong(1, known.number());
    query.setLong(2, request.afterRevision());
    byte[] key = key(request);
    int chunks = 0;
    long bytes = 0;
    long reached = Math.max(request.afterRevision(), oldest - 1);
    try (ResultSet row = query.executeQuery()) {
      while (row.next()) {
        EventChunk header = EventChunk.read(row, 1);
        EventChunk.requireNoneHidden(reached, header.firstRevision() - 1);
        reached = header.lastRevision();
        byte[] chunk = header.encoded(row);
        if (EventCodec.mayContain(chunk, key)) {
          for (Event event : EventCodec.decode(chunk, header.firstRevision(), header.micros())) {
            if (request.wants(event)) {
              if (found.size() == request.limit()) {
                return found.get(found.size() - 1).revision();
              }
              found.add(event);
            }
          }
        }
        bytes += chunk.length;
        if (++chunks == CHUNKS_PER_PAGE || bytes >= BYTES_PER_PAGE) {
          return header.lastRevision();
        }
      }
    }
    EventChunk.requireNoneHidden(reached, known.repository().revision());
    return 0;
  }

  /** Returns bytes that every chunk with requested events contains. */
  private static byte[] key(EventsQuery request) {
    if (request.slot() != null) {
      return SlotKeys.encode(request.slot());
    }
    return request.requestId() == null ? new byte[0] : SlotKeys.encodeRequest(request.requestId());
  }

  /** Returns the newest event of a repository; null if none is retained. */
  public @Nullable Event last(long repository) throws SQLException {
    PreparedStatement query =
        connection.prepared(
            "SELECT "
                + EventChunk.COLUMNS
                + " FROM events WHERE repository = ? ORDER BY last_revision DESC LIMIT 1");
    query.setLong(1, repository);
    List<Event> chunk = chunk(query);
    return chunk.isEmpty() ? null : chunk.get(chunk.size() - 1);
  }

  /** Returns the events of the chunk that a query finds; empty for none. */
  private static List<Event> chunk(PreparedStatement query) throws SQLException {
    List<List<Event>> chunks =
        SqliteConnection.rows(query, row -> EventChunk.read(row, 1).events(row));
    return chunks.isEmpty() ? List.of() : chunks.get(0);
  }
}
