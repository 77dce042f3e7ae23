package dev.holdfast.server.store.sqlite.releases;

import dev.holdfast.server.store.sqlite.connection.SqliteConnection;
import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A run of the index of releases.
 *
 * @param id later ones have higher ones
 * @param partBits it has so many parts, as a power of two
 * @param lastChunk the last chunk of events whose entries are in it
 * @param filter what it does not have; null where there was no room for one
 */
record ReleaseRun(long id, int partBits, long lastChunk, @Nullable BloomFilter filter) {
  /** Takes entries. */
  interface Entries {
    void take(long hash, long entry);
  }

  ReleaseRun withFilter(@Nullable BloomFilter loaded) {
    return new ReleaseRun(id, partBits, lastChunk, loaded);
  }

  int parts() {
    return 1 << partBits;
  }

  /** The key of the row of a part. */
  long key(int part) {
    return (id << 32) + part;
  }

  /** Goes through the entries of a hash, in no order. */
  void find(SqliteConnection connection, long hash, LongConsumer entries) throws SQLException {
    if (filter == null || filter.mayHave(hash)) {
      read(
          connection,
          HashPartitioner.of(hash, partBits),
          (found, entry) -> {
            if (found == hash) {
              entries.accept(entry);
            }
          });
    }
  }

  /** Goes through a part. */
  void read(SqliteConnection connection, int part, Entries entries) throws SQLException {
    PreparedStatement query =
        connection.prepared(
            "SELECT " + RunRows.columns(RunRows.PARTS) + " FROM history_parts WHERE part = ?");
    query.setLong(1, key(part));
    try (ResultSet row = query.executeQuery()) {
      if (row.next()) {
        LongBuffer numbers = ByteBuffer.wrap(RunRows.bytes(RunRows.PARTS, row)).asLongBuffer();
        while (numbers.hasRemaining()) {
          entries.take(numbers.get(), numbers.get());
        }
      }
    }
  }
}
