package dev.holdfast.server.store.sqlite.releases;

import com.carrotsearch.hppc.LongArrayList;
import com.carrotsearch.hppc.cursors.LongCursor;
import dev.holdfast.server.store.sqlite.connection.SqliteConnection;
import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Writes the partitions of a run in sequence, over several transactions. */
final class RunWriter {
  private final ReleaseRun run;

  /** The slice of the filter for the partitions that are being written. */
  private long[] slice;

  /** The number of written partitions. */
  private int written;

  RunWriter(ReleaseRun run) {
    this.run = run;
    this.slice = BloomFilter.slice(run.partitionBits());
  }

  /** Returns the number of written partitions, which is the index of the next partition. */
  int written() {
    return written;
  }

  /**
   * Returns the run, which is in use from the commit of its last partition on; null before that
   * partition is written.
   */
  @Nullable ReleaseRun finished() {
    return written == run.partitions() ? run : null;
  }

  /**
   * Writes the next partition.
   *
   * @param releases alternating hashes and entries
   */
  void write(SqliteConnection connection, LongArrayList releases) throws SQLException {
    if (written == 0) {
      new RunRows.Run(run, false).put(connection);
    }
    if (!releases.isEmpty()) {
      RunRows.insert(connection, RunRows.PARTITIONS, run.key(written), encode(releases));
    }
    for (int i = 0; i < releases.size(); i += 2) {
      BloomFilter.add(slice, run.partitionBits(), releases.get(i));
    }
    written++;
    int slicePartitions = BloomFilter.partitionsOfSlice(run.partitionBits());
    if (written % slicePartitions == 0) {
      slice(connection, written - slicePartitions);
    }
    if (written == run.partitions()) {
      new RunRows.Run(run, true).put(connection);
    }
  }

  private void slice(SqliteConnection connection, int firstPartition) throws SQLException {
    RunRows.insert(connection, RunRows.FILTERS, run.key(firstPartition), BloomFilter.encode(slice));
    BloomFilter filter = run.filter();
    if (filter != null) {
      filter.put(firstPartition, slice);
    }
    slice = BloomFilter.slice(run.partitionBits());
  }

  private static byte[] encode(LongArrayList releases) {
    ByteBuffer bytes = ByteBuffer.allocate(releases.size() * Long.BYTES);
    LongBuffer numbers = bytes.asLongBuffer();
    for (LongCursor number : releases) {
      numbers.put(number.value);
    }
    return bytes.array();
  }
}
