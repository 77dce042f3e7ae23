package dev.holdfast.server.store.postgresql.rows;

import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.engine.EventsPage;
import dev.holdfast.server.ledger.engine.EventsQuery;
import dev.holdfast.server.store.codec.EventCodec;
import dev.holdfast.server.store.codec.SlotKeys;
import dev.holdfast.server.store.postgresql.connection.Flight;
import dev.holdfast.server.store.postgresql.connection.Session;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The events, in chunks. */
public final class EventRows {
  /** A chunk of so many events stays small, because reading one event reads its chunk. */
  private static final int EVENTS_PER_CHUNK = 64;

  /** The largest size of the chunks that one page scans, even if few of their events match. */
  private static final long BYTES_PER_PAGE = 8 * 1024 * 1024;

  private static final String COLUMNS = "first_revision, last_revision, micros, events";

  private static final String SELECT = "SELECT " + COLUMNS + " FROM events WHERE repository_id = ?";

  /** The events of all repositories, by the index on their notes. */
  public static final String ALL =
      "SELECT "
          + COLUMNS
          + ", repository_id, note FROM events ORDER BY note, repository_id, last_revision";

  private EventRows() {}

  /** Reads the events of a row of {@link #COLUMNS}. */
  private static List<Event> events(ResultSet row) throws SQLException {
    return EventCodec.decode(row.getBytes(4), row.getLong(1), row.getLong(3));
  }

  /**
   * Adds the writes of a batch.
   *
   * @param lastNote the last note of served time
   */
  public static void write(Flight flight, String repositoryId, List<Event> events, long lastNote) {
    List<@Nullable Object[]> rows = new ArrayList<>();
    for (int from = 0; from < events.size(); from += EVENTS_PER_CHUNK) {
      List<Event> chunk = events.subList(from, Math.min(events.size(), from + EVENTS_PER_CHUNK));
      rows.add(
          new @Nullable Object[] {
            repositoryId,
            chunk.get(0).revision(),
            chunk.get(chunk.size() - 1).revision(),
            chunk.get(0).micros(),
            EventCodec.encode(chunk),
            lastNote
          });
    }
    flight.insert(
        "INSERT INTO events (repository_id, " + COLUMNS + ", note)",
        "(?, ?, ?, ?, ?, ?)",
        "",
        rows);
  }

  /** Adds the load of the chunks that have some revisions; those that were purged are left out. */
  public static void load(
      Flight flight, String repositoryId, Set<Long> revisions, Consumer<Event> found) {
    flight.query(
        SELECT
            + " AND last_revision = ANY (ARRAY (SELECT (SELECT min(e.last_revision) FROM events e"
            + " WHERE e.repository_id = ? AND e.last_revision >= k.revision)"
            + " FROM unnest(?::bigint[]) AS k (revision)))",
        row -> {
          for (Event event : events(row)) {
            if (revisions.contains(event.revision())) {
              found.accept(event);
            }
          }
        },
        repositoryId,
        repositoryId,
        revisions.stream().mapToLong(Long::longValue).toArray());
  }

  /** Adds the load of the oldest events up to the end of a chunk, by their revisions. */
  public static void loadOldest(
      Flight flight, String repositoryId, long lastRevision, int chunks, Consumer<Event> found) {
    flight.query(
        SELECT + " AND last_revision <= ? ORDER BY last_revision LIMIT ?",
        row -> events(row).forEach(found),
        repositoryId,
        lastRevision,
        chunks);
  }

  /** Adds the deletion of all events up to the end of a chunk. */
  public static void purge(Flight flight, String repositoryId, long lastRevision) {
    flight.add(
        "DELETE FROM events WHERE repository_id = ? AND last_revision <= ?",
        repositoryId,
        lastRevision);
  }

  /** Visits the events after a revision. Must be called in a snapshot. */
  public static void visit(
      Session session, String repositoryId, long afterRevision, Consumer<Event> visitor)
      throws SQLException {
    session.stream(
        SELECT + " AND last_revision > ? ORDER BY last_revision",
        row ->
            events(row).stream().filter(event -> event.revision() > afterRevision).forEach(visitor),
        repositoryId,
        afterRevision);
  }

  /** Receives the chunks of events. */
  public interface Chunks {
    /**
     * Receives a chunk.
     *
     * @param note the last note of served time when it was written
     */
    void accept(String repositoryId, long note, List<Event> events);
  }

  /** Visits the events of all repositories by their notes. Must be called in a snapshot. */
  public static void visitAll(Session session, Chunks visitor) throws SQLException {
    session.stream(ALL, row -> visitor.accept(row.getString(5), row.getLong(6), events(row)));
  }

  /** Returns the newest event; null if none is kept. */
  public static @Nullable Event last(Session session, String repositoryId) throws SQLException {
    List<List<Event>> found =
        session.list(
            SELECT + " ORDER BY last_revision DESC LIMIT 1", EventRows::events, repositoryId);
    return found.isEmpty() ? null : found.get(0).get(found.get(0).size() - 1);
  }

  /** Returns a page of events. Must be called in a snapshot. */
  public static EventsPage page(Session session, Repository repository, EventsQuery query)
      throws SQLException {
    List<Long> oldest =
        session.list(
            "SELECT first_revision FROM events WHERE repository_id = ? AND last_revision >="
                + " (SELECT raise_revision FROM repositories WHERE repository_id = ?)"
                + " ORDER BY last_revision LIMIT 1",
            row -> row.getLong(1),
            query.repositoryId(),
            query.repositoryId());
    Scan scan = new Scan(query);
    session.streamWhile(
        SELECT + " AND last_revision > ? ORDER BY last_revision",
        scan::read,
        query.repositoryId(),
        query.afterRevision());
    return new EventsPage(
        repository.revision(),
        repository.deleted(),
        oldest.isEmpty() ? repository.revision() + 1 : oldest.get(0),
        scan.found,
        scan.scannedTo);
  }

  /** Collects the events of a page. */
  private static final class Scan {
    private final EventsQuery query;
    private final byte[] key;
    private final List<Event> found = new ArrayList<>();
    private long bytes;

    /** The last revision that was scanned; 0 for the end of the events. */
    private long scannedTo;

    Scan(EventsQuery query) {
      this.query = query;
      this.key = key(query);
    }

    /** Returns bytes that every chunk with requested events contains. */
    private static byte[] key(EventsQuery query) {
      if (query.slot() != null) {
        return SlotKeys.encode(query.slot());
      }
      return query.requestId() == null ? new byte[0] : SlotKeys.encodeRequest(query.requestId());
    }

    /** Reads a chunk, and returns whether to go on. */
    boolean read(ResultSet row) throws SQLException {
      byte[] chunk = row.getBytes(4);
      if (EventCodec.mayContain(chunk, key)) {
        for (Event event : EventCodec.decode(chunk, row.getLong(1), row.getLong(3))) {
          if (query.wants(event)) {
            if (found.size() == query.limit()) {
              scannedTo = found.get(found.size() - 1).revision();
              return false;
            }
            found.add(event);
          }
        }
      }
      bytes += chunk.length;
      if (bytes >= BYTES_PER_PAGE) {
        scannedTo = row.getLong(2);
        return false;
      }
      return true;
    }
  }
}
