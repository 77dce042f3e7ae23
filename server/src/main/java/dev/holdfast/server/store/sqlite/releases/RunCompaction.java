package dev.holdfast.server.store.sqlite.releases;

import com.carrotsearch.hppc.LongArrayList;
import com.carrotsearch.hppc.LongHashSet;
import dev.holdfast.server.store.sqlite.connection.SqliteConnection;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Compacts some small runs to one large run, so that lookups read few runs. Each partition of the
 * sources is split into as many consecutive partitions as there are sources, without the entries
 * that newer ones replaced.
 */
final class RunCompaction {
  /** The number of runs that become one run, as a power of two. */
  private static final int RUN_BITS = 3;

  static final int RUNS = 1 << RUN_BITS;

  private final List<ReleaseRun> sources;
  private final ReleaseRun run;
  private final RunWriter writer;

  /** Makes a compaction of runs with the same number of partitions. */
  RunCompaction(List<ReleaseRun> sources, ReleaseRun run) {
    this.sources = sources;
    this.run = run;
    this.writer = new RunWriter(run);
  }

  /** Returns the number of partitions of a compacted run, as a power of two. */
  static int partitionBits(int sourcePartitionBits) {
    return sourcePartitionBits + RUN_BITS;
  }

  List<ReleaseRun> sources() {
    return sources;
  }

  /** Returns the run that is written. */
  ReleaseRun run() {
    return run;
  }

  /**
   * Compacts the next partition of the sources.
   *
   * @return the finished run; null if it is not finished yet
   */
  @Nullable ReleaseRun step(SqliteConnection connection) throws SQLException {
    LongArrayList[] partitions = new LongArrayList[RUNS];
    for (int i = 0; i < RUNS; i++) {
      partitions[i] = new LongArrayList();
    }
    // The sources are sorted, oldest first, so the last entry of a hash in a partition is the
    // newest.
    for (ReleaseRun source : sources) {
      source.read(
          connection,
          writer.written() >> RUN_BITS,
          (hash, entry) ->
              partitions[HashPartitioner.of(hash, run.partitionBits()) & (RUNS - 1)].add(
                  hash, entry));
    }
    for (LongArrayList partition : partitions) {
      writer.write(connection, withoutReplaced(partition));
    }
    return writer.finished();
  }

  private static LongArrayList withoutReplaced(LongArrayList partition) {
    LongHashSet replaced = new LongHashSet();
    LongArrayList newestFirst = new LongArrayList(partition.size());
    for (int i = partition.size() - 2; i >= 0; i -= 2) {
      long hash = partition.get(i);
      long entry = partition.get(i + 1);
      if (!replaced.contains(hash)) {
        newestFirst.add(entry, hash);
        if (!ReleaseEntry.keepsOlder(entry)) {
          replaced.add(hash);
        }
      }
    }
    newestFirst.reverse();
    return newestFirst;
  }
}
