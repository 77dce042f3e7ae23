package dev.holdfast.server.store.sqlite.rows;

import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.store.codec.EventCodec;
import dev.holdfast.server.store.sqlite.connection.RowChecksum;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A row of the table of events, without its long columns. The checksum of the row covers the
 * checksum of the events instead of the events, so the other columns can be read and checked
 * without the events.
 *
 * @param chunk the number of the chunk
 * @param repository the number of the repository
 * @param firstRevision the revision of the first event
 * @param lastRevision the revision of the last event
 * @param micros the time of all events, in microseconds since the epoch
 * @param eventsChecksum the checksum of the events
 * @param indexChecksum the checksum of the entries of the release index
 */
public record EventChunk(
    long chunk,
    long repository,
    long firstRevision,
    long lastRevision,
    long micros,
    long eventsChecksum,
    long indexChecksum) {

  /** The long columns of a row. */
  public static final class Contents {
    private final byte[] events;
    private final byte @Nullable [] indexEntries;

    /**
     * Makes the long columns.
     *
     * @param events the encoded events
     * @param indexEntries the encoded entries of the release index; null if they follow from the
     *     events
     */
    public Contents(byte[] events, byte @Nullable [] indexEntries) {
      this.events = events;
      this.indexEntries = indexEntries;
    }
  }

  private static final String TABLE = "events";

  /** The columns that {@link #read} reads. */
  public static final String HEADER =
      "chunk, repository, first_revision, last_revision, micros, events_checksum,"
          + " index_checksum, checksum";

  private static final int HEADER_COLUMNS = 8;

  /** All columns of the table. */
  public static final String COLUMNS = HEADER + ", index_entries, events";

  private static final int INDEX_ENTRIES = HEADER_COLUMNS + 1;
  private static final int EVENTS = HEADER_COLUMNS + 2;

  /** Inserts a row of {@link #COLUMNS}. */
  public static final String INSERT =
      "INSERT INTO events (" + COLUMNS + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

  /** Returns the row of a chunk of events. */
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
   * Reads and checks a row without its long columns.
   *
   * @param first the index of the first column of {@link #HEADER} in the result set
   */
  public static EventChunk read(ResultSet row, int first) throws SQLException {
    EventChunk chunk = unchecked(row, first);
    chunk.check(row, first);
    return chunk;
  }

  /** Reads and checks all columns of a row of {@link #COLUMNS}. */
  public static void checkAll(ResultSet row) throws SQLException {
    EventChunk chunk = read(row, 1);
    chunk.encoded(row);
    chunk.indexEntries(row);
  }

  /** Reads a row without its long columns, without a check. */
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
    checksum().check(row.getLong(first + 7), this::describe);
  }

  /** Returns the encoded events of a row of {@link #COLUMNS}, checked. */
  public byte[] encoded(ResultSet row) throws SQLException {
    byte[] encoded = row.getBytes(EVENTS);
    checksum(chunk, encoded).checkContent(eventsChecksum, this::describe);
    return encoded;
  }

  /**
   * Returns the encoded entries of the release index of a row of {@link #COLUMNS}, checked; null if
   * they follow from the events.
   */
  public byte @Nullable [] indexEntries(ResultSet row) throws SQLException {
    byte @Nullable [] entries = row.getBytes(INDEX_ENTRIES);
    checksum(chunk, entries).checkContent(indexChecksum, this::describe);
    return entries;
  }

  /** Returns the events of a row of {@link #COLUMNS}, checked. */
  public List<Event> events(ResultSet row) throws SQLException {
    return EventCodec.decode(encoded(row), firstRevision, micros);
  }

  /**
   * Checks that the rows that were read are complete.
   *
   * @param reached the last revision of the rows that were read
   * @param revision the last revision that the rows should contain
   * @throws StoreException if rows are missing
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

  /** Returns the number of events. */
  public int count() {
    return (int) (lastRevision - firstRevision + 1);
  }

  private String describe() {
    return "chunk " + chunk + ", revisions " + firstRevision + " to " + lastRevision;
  }
}
