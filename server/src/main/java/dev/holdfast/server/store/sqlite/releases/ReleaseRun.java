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
 * A run of the release index: an immutable sequence of partitions.
 *
 * @param id the id of the run; later runs have higher ids
 * @param partitionBits the number of partitions, as a power of two
 * @param lastChunk the last chunk of events whose entries are in the run
 * @param filter the Bloom filter; null if it exceeded the budget
 */
record ReleaseRun(long id, int partitionBits, long lastChunk, @Nullable BloomFilter filter) {
  /** Receives entries. */
  interface Entries {
    void accept(long hash, long entry);
  }

  ReleaseRun withFilter(@Nullable BloomFilter loaded) {
    return new ReleaseRun(id, partitionBits, lastChunk, loaded);
  }

  int partitions() {
    return 1 << partitionBits;
  }

  /** Returns the key of the row of a partition. */
  long key(int partition) {
    return (id << 32) + partition;
  }

  /** Passes the entries of a hash to a consumer, in no order. */
  void find(SqliteConnection connection, long hash, LongConsumer entries) throws SQLException {
    if (filter == null || filter.mayContain(hash)) {
      read(
          connection,
          HashPartitioner.of(hash, partitionBits),
          (found, entry) -> {
            if (found == hash) {
              entries.accept(entry);
            }
          });
    }
  }

  /** Passes all entries of a partition to a consumer. */
  void read(SqliteConnection connection, int partition, Entries entries) throws SQLException {
    PreparedStatement query =
        connection.prepared(
            "SELECT "
                + RunRows.columns(RunRows.PARTITIONS)
                + " FROM release_partitions WHERE partition_key = ?");
    query.setLong(1, key(partition));
    try (ResultSet row = query.executeQuery()) {
      if (row.next()) {
        LongBuffer numbers = ByteBuffer.wrap(RunRows.bytes(RunRows.PARTITIONS, row)).asLongBuffer();
        while (numbers.hasRemaining()) {
          entries.accept(numbers.get(), numbers.get());
        }
      }
    }
  }
}
