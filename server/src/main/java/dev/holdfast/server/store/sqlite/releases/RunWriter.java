package dev.holdfast.server.store.sqlite.releases;

import com.carrotsearch.hppc.LongArrayList;
import com.carrotsearch.hppc.cursors.LongCursor;
import dev.holdfast.server.store.sqlite.connection.SqliteConnection;
import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Writes a run, a part after the other, in as many transactions as it takes. */
final class RunWriter {
  private final ReleaseRun run;

  /** The filter's slice of the parts that are being written. */
  private long[] slice;

  /** How many parts were written. */
  private int written;

  RunWriter(ReleaseRun run) {
    this.run = run;
    this.slice = BloomFilter.slice(run.partBits());
  }

  /** How many parts were written; the next one has this number. */
  int written() {
    return written;
  }

  /** The run, which is in use from the commit of its last part on; null before that is written. */
  @Nullable ReleaseRun finished() {
    return written == run.parts() ? run : null;
  }

  /**
   * Writes the next part.
   *
   * @param releases hashes and entries in turn
   */
  void write(SqliteConnection connection, LongArrayList releases) throws SQLException {
    if (written == 0) {
      new RunRows.Run(run, false).put(connection);
    }
    if (!releases.isEmpty()) {
      RunRows.insert(connection, RunRows.PARTS, run.key(written), encode(releases));
    }
    for (int i = 0; i < releases.size(); i += 2) {
      BloomFilter.add(slice, run.partBits(), releases.get(i));
    }
    written++;
    int sliceParts = BloomFilter.partsOfSlice(run.partBits());
    if (written % sliceParts == 0) {
      slice(connection, written - sliceParts);
    }
    if (written == run.parts()) {
      new RunRows.Run(run, true).put(connection);
    }
  }

  private void slice(SqliteConnection connection, int firstPart) throws SQLException {
    RunRows.insert(connection, RunRows.FILTERS, run.key(firstPart), BloomFilter.encode(slice));
    BloomFilter filter = run.filter();
    if (filter != null) {
      filter.put(firstPart, slice);
    }
    slice = BloomFilter.slice(run.partBits());
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
