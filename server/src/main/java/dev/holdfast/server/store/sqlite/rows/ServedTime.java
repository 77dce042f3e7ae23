package dev.holdfast.server.store.sqlite.rows;

import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.store.sqlite.connection.DamageLog;
import dev.holdfast.server.store.sqlite.connection.RowChecksum;
import dev.holdfast.server.store.sqlite.connection.SqliteConnection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/**
 * Records the total time for which servers have served the ledger, and the last chunk of events at
 * several of those times. So the age of events does not depend on a clock that can be set.
 *
 * <p>A damaged record counts as an earlier one, so that data is retained longer.
 */
public final class ServedTime {
  public static final String TIME = "micros, checksum";
  public static final String NOTE = "served_micros, chunk, checksum";

  private static final DamageLog DAMAGE = new DamageLog();

  private final SqliteConnection connection;

  public ServedTime(SqliteConnection connection) {
    this.connection = connection;
  }

  /**
   * A note.
   *
   * @param servedMicros the time for which the ledger had been served, in microseconds
   * @param chunk the last chunk of events then
   */
  public record Note(long servedMicros, long chunk) {
    private RowChecksum checksum() {
      return new RowChecksum("served_notes").number(servedMicros).number(chunk);
    }
  }

  public long micros() throws SQLException {
    try (ResultSet row = connection.prepared("SELECT " + TIME + " FROM served").executeQuery()) {
      row.next();
      return time(row);
    } catch (StoreException e) {
      DAMAGE.report(e);
      return before(Long.MAX_VALUE).servedMicros();
    }
  }

  /** Reads and checks a row of {@link #TIME}. */
  public static long time(ResultSet row) throws SQLException {
    long micros = row.getLong(1);
    checksum(micros).checkContent(row.getLong(2), () -> "the time served");
    return micros;
  }

  private static RowChecksum checksum(long micros) {
    return new RowChecksum("served").number(micros);
  }

  /** Checks a row of {@link #NOTE}. */
  public static void check(ResultSet row) throws SQLException {
    var unused = read(row);
  }

  private static Note read(ResultSet row) throws SQLException {
    Note note = new Note(row.getLong(1), row.getLong(2));
    note.checksum()
        .checkContent(row.getLong(3), () -> "the note after " + note.servedMicros() + " us");
    return note;
  }

  public void note(long servedMicros, long intervalMicros) throws SQLException {
    PreparedStatement update = connection.prepared("UPDATE served SET micros = ?, checksum = ?");
    long micros = Math.max(micros(), servedMicros);
    update.setLong(1, micros);
    update.setInt(2, checksum(micros).value());
    update.executeUpdate();
    long lastChunk = connection.number("SELECT max(chunk) FROM events");
    Note last = before(Long.MAX_VALUE);
    boolean due = last.chunk() == 0 || servedMicros - last.servedMicros() >= intervalMicros;
    if (lastChunk > last.chunk() && due) {
      Note note = new Note(servedMicros, lastChunk);
      PreparedStatement insert =
          connection.prepared(
              "INSERT OR REPLACE INTO served_notes (" + NOTE + ") VALUES (?, ?, ?)");
      insert.setLong(1, note.servedMicros());
      insert.setLong(2, note.chunk());
      insert.setInt(3, note.checksum().value());
      insert.executeUpdate();
    }
  }

  /** Returns all notes, by time. */
  public List<Note> notes() throws SQLException {
    return SqliteConnection.rows(
        connection.prepared("SELECT " + NOTE + " FROM served_notes ORDER BY served_micros"),
        ServedTime::read);
  }

  /**
   * Returns the last chunk of events that was written before the ledger had been served for this
   * time.
   */
  public long lastChunkBefore(long servedMicros) throws SQLException {
    return before(servedMicros).chunk();
  }

  /** Deletes the notes before a time, after the events before it were purged. */
  public void dropBefore(long servedMicros) throws SQLException {
    PreparedStatement delete =
        connection.prepared("DELETE FROM served_notes WHERE served_micros < ?");
    delete.setLong(1, servedMicros);
    delete.executeUpdate();
  }

  /**
   * Returns the last undamaged note before a time; a note of time 0 and chunk 0 if there is none.
   */
  private Note before(long servedMicros) throws SQLException {
    PreparedStatement query =
        connection.prepared(
            "SELECT "
                + NOTE
                + " FROM served_notes WHERE served_micros < ? ORDER BY served_micros DESC");
    query.setLong(1, servedMicros);
    try (ResultSet row = query.executeQuery()) {
      while (row.next()) {
        try {
          return read(row);
        } catch (StoreException e) {
          DAMAGE.report(e);
        }
      }
    }
    return new Note(0, 0);
  }
}
