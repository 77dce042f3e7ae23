package dev.holdfast.server.store.sqlite.releases;

import com.carrotsearch.hppc.LongArrayList;
import dev.holdfast.server.store.sqlite.connection.SqliteConnection;
import java.sql.SQLException;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Flushes a memtable to a run, over several transactions. Lookups find the entries in the memtable
 * until the run is finished.
 */
final class MemtableFlush {
  private final ReleaseMemtable entries;
  private final HashPartitioner hashes;
  private final int partitions;
  private final RunWriter writer;
  private final LongArrayList partition = new LongArrayList();

  MemtableFlush(ReleaseMemtable entries, ReleaseRun run) {
    this.entries = entries;
    this.hashes = new HashPartitioner(entries.hashes(), run.partitionBits());
    this.partitions = run.partitions();
    this.writer = new RunWriter(run);
  }

  void forEach(long hash, LongConsumer consumer) {
    entries.forEach(hash, consumer);
  }

  /**
   * Writes further partitions.
   *
   * @param share the fraction of the run that should be written after this call; 1 for all of it
   * @return the finished run; null if it is not finished yet
   */
  @Nullable ReleaseRun writeTo(SqliteConnection connection, double share) throws SQLException {
    while (writer.finished() == null && writer.written() < share * partitions) {
      partition.clear();
      for (long hash : hashes.partition(writer.written())) {
        entries.forEach(hash, entry -> partition.add(hash, entry));
      }
      writer.write(connection, partition);
    }
    return writer.finished();
  }
}
