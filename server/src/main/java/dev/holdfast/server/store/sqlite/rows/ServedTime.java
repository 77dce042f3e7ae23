package dev.holdfast.server.store.sqlite.rows;

import dev.holdfast.server.ledger.StoreException;
import dev.holdfast.server.store.sqlite.connection.DamageLog;
import dev.holdfast.server.store.sqlite.connection.RowChecksum;
import dev.holdfast.server.store.sqlite.connection.SqliteConnection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * For how long the ledger has served, and how far the events had come by then: so their age is told
 * by no clock that can be set.
 *
 * <p>What is damaged of it counts as less, so that everything is kept for longer.
 */
public final class ServedTime {
  public static final String TIME = "micros, checksum";
  public static final String NOTE = "served_micros, chunk, checksum";

  private static final DamageLog DAMAGE = new DamageLog();

  private final SqliteConnection connection;

  public ServedTime(SqliteConnection connection) {
    this.connection = connection;
  }

  private record Note(long servedMicros, long chunk) {
    RowChecksum checksum() {
      return new RowChecksum("served_notes").number(servedMicros).number(chunk);
    }
  }

  public long micros() throws SQLException {
    try (ResultSet row = connection.prepared("SELECT " + TIME + " FROM served").executeQuery()) {
      row.next();
      return time(row);
    } catch (StoreException e) {
      DAMAGE.tell(e);
      return before(Long.MAX_VALUE).servedMicros();
    }
  }

  /** A row of {@link #TIME}. */
  public static long time(ResultSet row) throws SQLException {
    long micros = row.getLong(1);
    checksum(micros).checkContent(row.getLong(2), () -> "the time served");
    return micros;
  }

  private static RowChecksum checksum(long micros) {
    return new RowChecksum("served").number(micros);
  }

  /** A row of {@link #NOTE}. */
  public static void check(ResultSet row) throws SQLException {
    var unused = read(row);
  }

  private static Note read(ResultSet row) throws SQLException {
    Note note = new Note(row.getLong(1), row.getLong(2));
    note.checksum()
        .checkContent(row.getLong(3), () -> "the note after " + note.servedMicros() + " us");
    return note;
  }

  public void note(long servedMicros, long apartMicros) throws SQLException {
    PreparedStatement update = connection.prepared("UPDATE served SET micros = ?, checksum = ?");
    long micros = Math.max(micros(), servedMicros);
    update.setLong(1, micros);
    update.setInt(2, checksum(micros).value());
    update.executeUpdate();
    long lastChunk = connection.number("SELECT max(chunk) FROM events");
    Note last = before(Long.MAX_VALUE);
    boolean due = last.chunk() == 0 || servedMicros - last.servedMicros() >= apartMicros;
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

  /** The last chunk of events that was written before the ledger had served for so long. */
  public long lastChunkBefore(long servedMicros) throws SQLException {
    return before(servedMicros).chunk();
  }

  /** For when everything is forgotten that these notes lead to. */
  public void dropBefore(long servedMicros) throws SQLException {
    PreparedStatement delete =
        connection.prepared("DELETE FROM served_notes WHERE served_micros < ?");
    delete.setLong(1, servedMicros);
    delete.executeUpdate();
  }

  /** The last note before a time that is not damaged; of nothing where there is none. */
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
          DAMAGE.tell(e);
        }
      }
    }
    return new Note(0, 0);
  }
}
