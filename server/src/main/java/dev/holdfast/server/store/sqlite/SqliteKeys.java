package dev.holdfast.server.store.sqlite;

import dev.holdfast.server.ledger.books.Delta;
import dev.holdfast.server.ledger.books.Entry;
import dev.holdfast.server.ledger.books.LoadedKeys;
import dev.holdfast.server.ledger.books.Touched;
import dev.holdfast.server.ledger.books.Value;
import java.nio.charset.StandardCharsets;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The datastore: loaded, written and read. Keys are kept as their UTF-8 bytes, which is how they
 * are sorted. Batches that do not ask for a key cost nothing here.
 */
final class SqliteKeys {
  private static final String REPOSITORY =
      "repository = (SELECT repository FROM repositories WHERE repository_id = ? AND deleted = 0)";

  private SqliteKeys() {}

  static LoadedKeys load(SqliteConnection connection, long repository, Touched touched)
      throws SQLException {
    if (touched.keys().isEmpty() && !touched.keyCountAsked()) {
      return LoadedKeys.none(touched);
    }
    Map<String, Long> versions = new HashMap<>();
    for (String key : touched.keys()) {
      PreparedStatement query =
          connection.prepared("SELECT version FROM entries WHERE repository = ? AND key = ?");
      query.setLong(1, repository);
      query.setBytes(2, bytes(key));
      SqliteConnection.rows(query, row -> row.getLong(1))
          .forEach(version -> versions.put(key, version));
    }
    long last =
        touched.keys().isEmpty()
            ? 0
            : number(
                connection,
                "SELECT coalesce(max(version), 0) FROM entry_versions WHERE repository = ?",
                repository);
    long count =
        touched.keyCountAsked()
            ? number(connection, "SELECT count(*) FROM entries WHERE repository = ?", repository)
            : 0;
    return new LoadedKeys(touched, versions, last, count);
  }

  private static long number(SqliteConnection connection, String sql, long repository)
      throws SQLException {
    PreparedStatement query = connection.prepared(sql);
    query.setLong(1, repository);
    return SqliteConnection.rows(query, row -> row.getLong(1)).get(0);
  }

  static void write(SqliteConnection connection, long repository, Delta.KeysDelta keys)
      throws SQLException {
    for (Map.Entry<String, Optional<Entry>> altered : keys.altered().entrySet()) {
      if (altered.getValue().isPresent()) {
        put(connection, repository, altered.getValue().get());
      } else {
        delete(connection, repository, altered.getKey());
      }
    }
    if (keys.lastVersion() > 0) {
      PreparedStatement version =
          connection.prepared("INSERT OR REPLACE INTO entry_versions VALUES (?, ?)");
      version.setLong(1, repository);
      version.setLong(2, keys.lastVersion());
      version.executeUpdate();
    }
  }

  private static void put(SqliteConnection connection, long repository, Entry entry)
      throws SQLException {
    PreparedStatement put =
        connection.prepared(
            "INSERT INTO entries (repository, key, version, put_micros, value)"
                + " VALUES (?, ?, ?, ?, ?) ON CONFLICT (repository, key) DO UPDATE SET"
                + " version = excluded.version, put_micros = excluded.put_micros,"
                + " value = excluded.value");
    put.setLong(1, repository);
    put.setBytes(2, bytes(entry.key()));
    put.setLong(3, entry.version());
    put.setLong(4, entry.micros());
    put.setBytes(5, entry.value().bytes());
    put.executeUpdate();
    // The statement is kept, and would keep the value with it.
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

  static Optional<Entry> entry(SqliteConnection connection, String repositoryId, String key)
      throws SQLException {
    PreparedStatement query =
        connection.prepared(
            "SELECT version, put_micros, value FROM entries WHERE " + REPOSITORY + " AND key = ?");
    query.setString(1, repositoryId);
    query.setBytes(2, bytes(key));
    return SqliteConnection.rows(
            query,
            row -> new Entry(key, new Value(row.getBytes(3)), row.getLong(1), row.getLong(2)))
        .stream()
        .findFirst();
  }

  static List<String> keys(
      SqliteConnection connection, String repositoryId, String prefix, String afterKey, int limit)
      throws SQLException {
    PreparedStatement query =
        connection.prepared(
            "SELECT key FROM entries WHERE "
                + REPOSITORY
                + " AND key >= ? AND key < ? AND key > ? ORDER BY key LIMIT ?");
    query.setString(1, repositoryId);
    query.setBytes(2, bytes(prefix));
    query.setBytes(3, behind(prefix));
    query.setBytes(4, bytes(afterKey));
    query.setInt(5, limit);
    return SqliteConnection.rows(query, row -> new String(row.getBytes(1), StandardCharsets.UTF_8));
  }

  private static byte[] bytes(String key) {
    return key.getBytes(StandardCharsets.UTF_8);
  }

  /** Behind all keys with this prefix, and before all other keys that are behind them. */
  private static byte[] behind(String prefix) {
    byte[] bytes = bytes(prefix);
    if (bytes.length == 0) {
      return new byte[] {(byte) 0xff};
    }
    // No byte of UTF-8 is 0xff, so there is always one more.
    bytes[bytes.length - 1]++;
    return bytes;
  }
}
