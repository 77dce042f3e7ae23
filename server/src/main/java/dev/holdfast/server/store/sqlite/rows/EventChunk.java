package dev.holdfast.server.store.sqlite.rows;

import dev.holdfast.server.ledger.StoreException;
import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.store.codec.EventCodec;
import dev.holdfast.server.store.sqlite.connection.RowChecksum;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A row of the table of events. The events have a checksum of their own, which belongs to what the
 * checksum of the row is about: so the rest of a row can be read, and believed, without them.
 *
 * @param chunk its number
 * @param repository the short name of the repository
 * @param firstRevision the revision of the first event
 * @param lastRevision the revision of the last event
 * @param micros the time of all of them, in microseconds since the epoch
 * @param eventsChecksum the checksum of the events
 * @param indexChecksum the checksum of what the index of releases has of them
 */
public record EventChunk(
    long chunk,
    long repository,
    long firstRevision,
    long lastRevision,
    long micros,
    long eventsChecksum,
    long indexChecksum) {

  /** The long columns. */
  public static final class Contents {
    private final byte[] events;
    private final byte @Nullable [] indexEntries;

    /**
     * These.
     *
     * @param events the events, as they are encoded
     * @param indexEntries what the index of releases has of them; null where the events tell that
     */
    public Contents(byte[] events, byte @Nullable [] indexEntries) {
      this.events = events;
      this.indexEntries = indexEntries;
    }
  }

  private static final String TABLE = "events";

  /** What {@link #read} reads. */
  public static final String HEADER =
      "chunk, repository, first_revision, last_revision, micros, events_checksum,"
          + " index_checksum, checksum";

  private static final int HEADER_COLUMNS = 8;

  /** The same, and then the events. */
  public static final String COLUMNS = HEADER + ", index_entries, events";

  private static final int INDEX_ENTRIES = HEADER_COLUMNS + 1;
  private static final int EVENTS = HEADER_COLUMNS + 2;

  /** Inserts {@link #COLUMNS}. */
  public static final String INSERT =
      "INSERT INTO events (" + COLUMNS + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

  /** Of these events, which are written as one row. */
  public static EventChunk of(long chunk, long repository, List<Event> events, Contents contents) {
    return new EventChunk(
        chunk,
        repository,
        events.get(0).revision(),
        events.get(events.size() - 1).revision(),
        events.get(0).micros(),
        checksum(chunk, contents.events).value(),
        checksum(chunk, contents.indexEntries).value());
  }

  private static RowChecksum checksum(long chunk, byte @Nullable [] content) {
    return new RowChecksum(TABLE).number(chunk).bytes(content);
  }

  private RowChecksum checksum() {
    return new RowChecksum(TABLE)
        .number(chunk)
        .number(repository)
        .number(firstRevision)
        .number(lastRevision)
        .number(micros)
        .number(eventsChecksum)
        .number(indexChecksum);
  }

  /** Sets the parameters of {@link #INSERT}. */
  public void set(PreparedStatement insert, Contents contents) throws SQLException {
    insert.setLong(1, chunk);
    insert.setLong(2, repository);
    insert.setLong(3, firstRevision);
    insert.setLong(4, lastRevision);
    insert.setLong(5, micros);
    insert.setLong(6, eventsChecksum);
    insert.setLong(7, indexChecksum);
    insert.setInt(HEADER_COLUMNS, checksum().value());
    insert.setBytes(INDEX_ENTRIES, contents.indexEntries);
    insert.setBytes(EVENTS, contents.events);
  }

  /**
   * Reads all but the events, and checks it.
   *
   * @param first the column that {@link #HEADER} begins at
   */
  public static EventChunk read(ResultSet row, int first) throws SQLException {
    EventChunk chunk = unchecked(row, first);
    chunk.check(row, first);
    return chunk;
  }

  /** Reads and checks all of a row of {@link #COLUMNS}. */
  public static void checkAll(ResultSet row) throws SQLException {
    EventChunk chunk = read(row, 1);
    chunk.encoded(row);
    chunk.indexEntries(row);
  }

  /** The same, whatever its checksum says. */
  public static EventChunk unchecked(ResultSet row, int first) throws SQLException {
    return new EventChunk(
        row.getLong(first),
        row.getLong(first + 1),
        row.getLong(first + 2),
        row.getLong(first + 3),
        row.getLong(first + 4),
        row.getLong(first + 5),
        row.getLong(first + 6));
  }

  public void check(ResultSet row, int first) throws SQLException {
    checksum().check(row.getLong(first + 7), this::words);
  }

  /** The events of a row of {@link #COLUMNS} as they were encoded, checked. */
  public byte[] encoded(ResultSet row) throws SQLException {
    byte[] encoded = row.getBytes(EVENTS);
    checksum(chunk, encoded).checkContent(eventsChecksum, this::words);
    return encoded;
  }

  /** What the index of releases has of a row of {@link #COLUMNS}, checked; null for nothing. */
  public byte @Nullable [] indexEntries(ResultSet row) throws SQLException {
    byte @Nullable [] entries = row.getBytes(INDEX_ENTRIES);
    checksum(chunk, entries).checkContent(indexChecksum, this::words);
    return entries;
  }

  /** The events of a row of {@link #COLUMNS}, checked. */
  public List<Event> events(ResultSet row) throws SQLException {
    return EventCodec.decode(encoded(row), firstRevision, micros);
  }

  /**
   * Checks that no row is missing of those that follow each other.
   *
   * @param reached the last revision of the rows that were read
   * @param revision the revision up to which they should go
   * @throws StoreException where they do not
   */
  public static void requireNoneHidden(long reached, long revision) {
    if (reached < revision) {
      throw StoreException.damaged(
          new StoreException.Damage(
              StoreException.Damage.Kind.ROW,
              "missing row of events: revisions " + (reached + 1) + " to " + revision,
              0,
              0));
    }
  }

  /** How many events there are. */
  public int count() {
    return (int) (lastRevision - firstRevision + 1);
  }

  private String words() {
    return "chunk " + chunk + ", revisions " + firstRevision + " to " + lastRevision;
  }
}
