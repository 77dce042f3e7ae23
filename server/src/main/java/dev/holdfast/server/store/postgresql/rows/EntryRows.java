package dev.holdfast.server.store.postgresql.rows;

import dev.holdfast.server.ledger.books.Entry;
import dev.holdfast.server.ledger.books.Value;
import dev.holdfast.server.ledger.view.Delta;
import dev.holdfast.server.ledger.view.LoadedKeys;
import dev.holdfast.server.ledger.view.ReadSet;
import dev.holdfast.server.store.postgresql.connection.Flight;
import dev.holdfast.server.store.postgresql.connection.Session;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The datastore. */
public final class EntryRows {
  private final Map<String, Long> versions = new HashMap<>();
  private long count;

  /** Adds the load of what a batch reads of a datastore. */
  public void load(Flight flight, ReadSet reads) {
    if (!reads.keys().isEmpty()) {
      List<String> keys = List.copyOf(reads.keys());
      flight.query(
          "SELECT k.n, version FROM unnest(?::bytea[]) WITH ORDINALITY AS k (key, n)"
              + " JOIN entries e ON e.repository_id = ? AND e.key = k.key",
          row -> versions.put(keys.get(row.getInt(1) - 1), row.getLong(2)),
          bytes(keys),
          reads.repositoryId());
    }
    if (reads.readsKeyCount()) {
      flight.query(
          "SELECT count(*) FROM entries WHERE repository_id = ?",
          row -> count = row.getLong(1),
          reads.repositoryId());
    }
  }

  /**
   * Returns what was loaded.
   *
   * @param lastVersion the newest version that was ever used
   */
  public LoadedKeys loaded(ReadSet reads, long lastVersion) {
    return new LoadedKeys(reads, versions, reads.keys().isEmpty() ? 0 : lastVersion, count);
  }

  /** Adds the writes of a batch. */
  public static void write(Flight flight, String repositoryId, Delta.KeysDelta delta) {
    List<String> deleted = new ArrayList<>();
    List<@Nullable Object[]> rows = new ArrayList<>();
    delta
        .altered()
        .forEach(
            (key, entry) -> {
              if (entry.isPresent()) {
                Entry put = entry.get();
                rows.add(
                    new @Nullable Object[] {
                      repositoryId, bytes(key), put.version(), put.micros(), put.value().bytes()
                    });
              } else {
                deleted.add(key);
              }
            });
    if (!deleted.isEmpty()) {
      flight.add(
          "DELETE FROM entries WHERE repository_id = ? AND key = ANY (?)",
          repositoryId,
          bytes(deleted));
    }
    flight.insert(
        "INSERT INTO entries (repository_id, key, version, put_micros, value)",
        "(?, ?, ?, ?, ?)",
        "ON CONFLICT (repository_id, key) DO UPDATE SET version = excluded.version,"
            + " put_micros = excluded.put_micros, value = excluded.value",
        rows);
  }

  /** Returns the entry of a key. */
  public static Optional<Entry> one(Session session, String repositoryId, String key)
      throws SQLException {
    return session
        .list(
            "SELECT version, put_micros, value FROM entries WHERE repository_id = ? AND key = ?",
            row -> new Entry(key, new Value(row.getBytes(3)), row.getLong(1), row.getLong(2)),
            repositoryId,
            bytes(key))
        .stream()
        .findFirst();
  }

  /** Visits all entries of a repository. Must be called in a snapshot. */
  public static void visit(Session session, String repositoryId, Consumer<Entry> visitor)
      throws SQLException {
    session.stream(
        "SELECT version, put_micros, value, key FROM entries WHERE repository_id = ?",
        row ->
            visitor.accept(
                new Entry(
                    new String(row.getBytes(4), StandardCharsets.UTF_8),
                    new Value(row.getBytes(3)),
                    row.getLong(1),
                    row.getLong(2))),
        repositoryId);
  }

  /** Returns a page of keys, by their bytes. */
  public static List<String> keys(
      Session session, String repositoryId, String prefix, String afterKey, int limit)
      throws SQLException {
    return session.list(
        "SELECT key FROM entries WHERE repository_id = ? AND key >= ? AND key < ? AND key > ?"
            + " ORDER BY key LIMIT ?",
        row -> new String(row.getBytes(1), StandardCharsets.UTF_8),
        repositoryId,
        bytes(prefix),
        after(prefix),
        bytes(afterKey),
        limit);
  }

  /** Returns bytes that sort after all keys with a prefix and before all keys after those. */
  private static byte[] after(String prefix) {
    byte[] bytes = bytes(prefix);
    if (bytes.length == 0) {
      return new byte[] {(byte) 0xff};
    }
    // No byte of UTF-8 is 0xff, so the increment does not overflow.
    bytes[bytes.length - 1]++;
    return bytes;
  }

  private static byte[][] bytes(List<String> keys) {
    return keys.stream().map(EntryRows::bytes).toArray(byte[][]::new);
  }

  private static byte[] bytes(String key) {
    return key.getBytes(StandardCharsets.UTF_8);
  }
}
