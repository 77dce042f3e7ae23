package dev.holdfast.server.store.sqlite.rows;

import dev.holdfast.server.ledger.EventsPage;
import dev.holdfast.server.ledger.EventsQuery;
import dev.holdfast.server.ledger.books.Change;
import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.books.Released;
import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.books.Slot;
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

/** Reads events by revision. */
public final class SqliteEvents {
  /** A page looks at no more chunks and bytes than this, however few events it is asked for. */
  private static final int CHUNKS_A_PAGE = 20_000;

  private static final long BYTES_A_PAGE = 8 * 1024 * 1024;

  private final SqliteConnection connection;

  public SqliteEvents(SqliteConnection connection) {
    this.connection = connection;
  }

  /**
   * An event and the short name of its repository.
   *
   * @param repository the repository
   * @param event the event
   */
  public record Standing(long repository, Event event) {
    /** What the event released in a repository; null where it did not. */
    public @Nullable Released release(long ofRepository) {
      return repository == ofRepository && event.change() instanceof Change.SlotReleased change
          ? change.released()
          : null;
    }

    /** The same of one slot. */
    public @Nullable Released release(long ofRepository, Slot slot) {
      Released released = release(ofRepository);
      return released != null && released.reservation().slot().equals(slot) ? released : null;
    }
  }

  /** What stands at these {@linkplain EventPlace places}; what is forgotten is left out. */
  public Map<Long, Standing> at(SortedSet<Long> places) throws SQLException {
    Map<Long, Standing> found = new HashMap<>();
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
        found.put(place, new Standing(repository, events.get(EventPlace.index(place))));
      }
    }
    return found;
  }

  /** A page; to be read in one snapshot. */
  public Optional<EventsPage> page(EventsQuery asked) throws SQLException {
    PreparedStatement query =
        connection.prepared(RowMapper.REPOSITORIES + " WHERE repository_id = ?");
    query.setString(1, asked.repositoryId());
    RowMapper.Known known;
    try (ResultSet row = query.executeQuery()) {
      if (!row.next()) {
        return Optional.empty();
      }
      known = RowMapper.repository(row);
    }
    // What was before the gap is only read to see what became of a slot.
    long gapEnd = RevisionGaps.end(connection, known.number());
    EventsQuery behindGap = asked.afterRevision() < gapEnd - 1 ? asked.behind(gapEnd - 1) : asked;
    Repository repository = known.repository();
    long oldest = Math.max(gapEnd, oldest(known.number(), repository.revision() + 1));
    List<Event> found = new ArrayList<>();
    long lookedTo = find(known, behindGap, oldest, found);
    return Optional.of(
        new EventsPage(repository.revision(), repository.deleted(), oldest, found, lookedTo));
  }

  /** The revision of the oldest event that is kept. */
  private long oldest(long repository, long whereNoneIs) throws SQLException {
    PreparedStatement query =
        connection.prepared(
            "SELECT "
                + EventChunk.HEADER
                + " FROM events WHERE repository = ? ORDER BY last_revision LIMIT 1");
    query.setLong(1, repository);
    List<EventChunk> oldest = headers(query);
    long revision = oldest.isEmpty() ? whereNoneIs : oldest.get(0).firstRevision();
    PreparedStatement first =
        connection.prepared("SELECT " + EventChunk.HEADER + " FROM events ORDER BY chunk LIMIT 1");
    for (EventChunk ofAll : headers(first)) {
      // The index must lead to it, where it is of this repository.
      if (ofAll.repository() == repository) {
        EventChunk.requireNoneHidden(ofAll.firstRevision() - 1, revision - 1);
      }
    }
    return revision;
  }

  private static List<EventChunk> headers(PreparedStatement query) throws SQLException {
    return SqliteConnection.rows(query, row -> EventChunk.read(row, 1));
  }

  /**
   * Collects what is asked for; answers up to where it looked, or 0 for the end.
   *
   * @param oldest the first revision of which something is kept
   * @throws StoreException where anything from there to the repository's revision is hidden
   */
  private long find(RowMapper.Known known, EventsQuery asked, long oldest, List<Event> found)
      throws SQLException {
    PreparedStatement query =
        connection.prepared(
            "SELECT "
                + EventChunk.COLUMNS
                + " FROM events WHERE repository = ? AND last_revision > ?"
                + " ORDER BY last_revision");
    query.setLong(1, known.number());
    query.setLong(2, asked.afterRevision());
    byte[] key = key(asked);
    int chunks = 0;
    long bytes = 0;
    long reached = Math.max(asked.afterRevision(), oldest - 1);
    try (ResultSet row = query.executeQuery()) {
      while (row.next()) {
        EventChunk header = EventChunk.read(row, 1);
        EventChunk.requireNoneHidden(reached, header.firstRevision() - 1);
        reached = header.lastRevision();
        byte[] chunk = header.encoded(row);
        if (EventCodec.mentions(chunk, key)) {
          for (Event event : EventCodec.decode(chunk, header.firstRevision(), header.micros())) {
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
          return header.lastRevision();
        }
      }
    }
    EventChunk.requireNoneHidden(reached, known.repository().revision());
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

  /** The one chunk that a query finds; empty for none. */
  private static List<Event> chunk(PreparedStatement query) throws SQLException {
    List<List<Event>> chunks =
        SqliteConnection.rows(query, row -> EventChunk.read(row, 1).events(row));
    return chunks.isEmpty() ? List.of() : chunks.get(0);
  }
}
