package dev.holdfast.server.store.sqlite.rows;

import dev.holdfast.server.ledger.books.Entry;
import dev.holdfast.server.ledger.books.Value;
import dev.holdfast.server.ledger.view.Delta;
import dev.holdfast.server.ledger.view.LoadedKeys;
import dev.holdfast.server.ledger.view.ReadSet;
import dev.holdfast.server.store.sqlite.connection.RowChecksum;
import dev.holdfast.server.store.sqlite.connection.SqliteConnection;
import java.nio.charset.StandardCharsets;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Loads, writes and reads the entries of the datastore. Keys are stored as their UTF-8 bytes, which
 * determine their order. A batch without keys runs no query here.
 */
public final class SqliteKeys {
  /**
   * All columns except the value. The checksum of the row covers the checksum of the value, so a
   * key can be checked without its value.
   */
  private static final String HEADER =
      "repository, key, version, put_micros, value_checksum, checksum";

  public static final String ENTRY = HEADER + ", value";

  public static final String VERSION = "repository, version, checksum";

  private SqliteKeys() {}

  public static LoadedKeys load(SqliteConnection connection, long repository, ReadSet reads)
      throws SQLException {
    if (reads.keys().isEmpty() && !reads.readsKeyCount()) {
      return LoadedKeys.none(reads);
    }
    Map<String, Long> versions = new HashMap<>();
    for (String key : reads.keys()) {
      PreparedStatement query =
          connection.prepared(
              "SELECT " + HEADER + " FROM entries WHERE repository = ? AND key = ?");
      query.setLong(1, repository);
      query.setBytes(2, bytes(key));
      SqliteConnection.rows(query, Header::read)
          .forEach(header -> versions.put(key, header.version));
    }
    long last = reads.keys().isEmpty() ? 0 : lastVersion(connection, repository);
    long count = reads.readsKeyCount() ? count(connection, repository) : 0;
    return new LoadedKeys(reads, versions, last, count);
  }

  /** Returns the newest version that a repository's datastore ever used. */
  public static long lastVersion(SqliteConnection connection, long repository) throws SQLException {
    PreparedStatement query =
        connection.prepared("SELECT " + VERSION + " FROM entry_versions WHERE repository = ?");
    query.setLong(1, repository);
    List<Long> found = SqliteConnection.rows(query, SqliteKeys::version);
    return found.isEmpty() ? LedgerRow.read(connection).firstRevision() : found.get(0);
  }

  private static long count(SqliteConnection connection, long repository) throws SQLException {
    PreparedStatement query =
        connection.prepared("SELECT count(*) FROM entries WHERE repository = ?");
    query.setLong(1, repository);
    return SqliteConnection.rows(query, row -> row.getLong(1)).get(0);
  }

  /** A row of {@link #HEADER}. */
  private static final class Header {
    private final long repository;
    private final byte[] key;
    private final long version;
    private final long micros;
    private final long valueChecksum;

    private Header(long repository, byte[] key, long version, long micros, long valueChecksum) {
      this.repository = repository;
      this.key = key;
      this.version = version;
      this.micros = micros;
      this.valueChecksum = valueChecksum;
    }

    static Header read(ResultSet row) throws SQLException {
      Header header =
          new Header(
              row.getLong(1), row.getBytes(2), row.getLong(3), row.getLong(4), row.getLong(5));
      header.checksum().check(row.getLong(6), header::describe);
      return header;
    }

    RowChecksum checksum() {
      return new RowChecksum("entries")
          .number(repository)
          .bytes(key)
          .number(version)
          .number(micros)
          .number(valueChecksum);
    }

    Entry entry(byte[] value) {
      SqliteKeys.checksum(value).checkContent(valueChecksum, this::describe);
      return new Entry(text(key), new Value(value), version, micros);
    }

    private String describe() {
      return key == null ? "no key" : "key " + text(key);
    }
  }

  private static RowChecksum checksum(byte[] value) {
    return new RowChecksum("entries").bytes(value);
  }

  /** Reads and checks a row of {@link #ENTRY}. */
  public static Entry entry(ResultSet row) throws SQLException {
    return Header.read(row).entry(row.getBytes(7));
  }

  /** Reads and checks a row of {@link #VERSION}. */
  public static long version(ResultSet row) throws SQLException {
    long repository = row.getLong(1);
    long version = row.getLong(2);
    checksum(repository, version)
        .check(row.getLong(3), () -> "repository with the number " + repository);
    return version;
  }

  private static RowChecksum checksum(long repository, long version) {
    return new RowChecksum("entry_versions").number(repository).number(version);
  }

  public static void write(SqliteConnection connection, long repository, Delta.KeysDelta keys)
      throws SQLException {
    for (Map.Entry<String, Optional<Entry>> altered : keys.altered().entrySet()) {
      if (altered.getValue().isPresent()) {
        put(connection, repository, altered.getValue().get());
      } else {
        delete(connection, repository, altered.getKey());
      }
    }
    if (keys.lastVersion() > 0) {
      putVersion(connection, repository, keys.lastVersion());
    }
  }

  /** Writes the newest version of a repository's datastore. */
  public static void putVersion(SqliteConnection connection, long repository, long version)
      throws SQLException {
    PreparedStatement put =
        connection.prepared(
            "INSERT OR REPLACE INTO entry_versions (" + VERSION + ") VALUES (?, ?, ?)");
    put.setLong(1, repository);
    put.setLong(2, version);
    put.setInt(3, checksum(repository, version).value());
    put.executeUpdate();
  }

  private static void put(SqliteConnection connection, long repository, Entry entry)
      throws SQLException {
    PreparedStatement put =
        connection.prepared(
            "INSERT INTO entries ("
                + ENTRY
                + ") VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (repository, key) DO UPDATE SET"
                + " version = excluded.version, put_micros = excluded.put_micros,"
                + " value_checksum = excluded.value_checksum, checksum = excluded.checksum,"
                + " value = excluded.value");
    byte[] value = entry.value().bytes();
    Header header =
        new Header(
            repository,
            bytes(entry.key()),
            entry.version(),
            entry.micros(),
            checksum(value).value());
    put.setLong(1, repository);
    put.setBytes(2, header.key);
    put.setLong(3, header.version);
    put.setLong(4, header.micros);
    put.setLong(5, header.valueChecksum);
    put.setInt(6, header.checksum().value());
    put.setBytes(7, value);
    put.executeUpdate();
    // The statement is reused, and would retain the value.
    put.clearParameters();
  }

  private static void delete(SqliteConnection connection, long repository, String key)
      throws SQLException {
    PreparedStatement delete =
        connection.prepared("DELETE FROM entries WHERE repository = ? AND key = ?");
    delete.setLong(1, repository);
    delete.setBytes(2, bytes(key));
    delete.executeUpdate();
  }

  public static Optional<Entry> entry(SqliteConnection connection, long repository, String key)
      throws SQLException {
    PreparedStatement query =
        connection.prepared("SELECT " + ENTRY + " FROM entries WHERE repository = ? AND key = ?");
    query.setLong(1, repository);
    query.setBytes(2, bytes(key));
    return SqliteConnection.rows(query, SqliteKeys::entry).stream().findFirst();
  }

  public static List<String> keys(
      SqliteConnection connection, long repository, String prefix, String afterKey, int limit)
      throws SQLException {
    PreparedStatement query =
        connection.prepared(
            "SELECT "
                + HEADER
                + " FROM entries WHERE repository = ? AND key >= ? AND key < ? AND key > ?"
                + " ORDER BY key LIMIT ?");
    query.setLong(1, repository);
    query.setBytes(2, bytes(prefix));
    query.setBytes(3, after(prefix));
    query.setBytes(4, bytes(afterKey));
    query.setInt(5, limit);
    return SqliteConnection.rows(query, row -> text(Header.read(row).key));
  }

  private static String text(byte[] key) {
    return new String(key, StandardCharsets.UTF_8);
  }

  private static byte[] bytes(String key) {
    return key.getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Returns a key that sorts after all keys with this prefix, and before all other keys that sort
   * after them.
   */
  private static byte[] after(String prefix) {
    byte[] bytes = bytes(prefix);
    if (bytes.length == 0) {
      return new byte[] {(byte) 0xff};
    }
    // No byte of UTF-8 is 0xff, so the increment does not overflow.
    bytes[bytes.length - 1]++;
    return bytes;
  }
}
