package dev.holdfast.server.store.sqlite.releases;

import com.carrotsearch.hppc.LongArrayList;
import com.carrotsearch.hppc.LongHashSet;
import dev.holdfast.server.store.sqlite.connection.SqliteConnection;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes one large run of some small ones, so that there are never many to look into. What a part of
 * each of them has goes to as many parts in a row as there are runs, without the entries in whose
 * place newer ones came.
 */
final class RunCompaction {
  /** How many runs become one, as a power of two. */
  private static final int RUN_BITS = 3;

  static final int RUNS = 1 << RUN_BITS;

  private final List<ReleaseRun> sources;
  private final ReleaseRun run;
  private final RunWriter writer;

  /** Of these runs, which have the same number of parts. */
  RunCompaction(List<ReleaseRun> sources, ReleaseRun run) {
    this.sources = sources;
    this.run = run;
    this.writer = new RunWriter(run);
  }

  /** How many parts what becomes of runs has, as a power of two, where each of them has so many. */
  static int partBits(int ofSources) {
    return ofSources + RUN_BITS;
  }

  List<ReleaseRun> sources() {
    return sources;
  }

  /** What becomes of them. */
  ReleaseRun run() {
    return run;
  }

  /**
   * Goes one part of the sources further.
   *
   * @return the run; null where more is to be written
   */
  @Nullable ReleaseRun step(SqliteConnection connection) throws SQLException {
    LongArrayList[] parts = new LongArrayList[RUNS];
    for (int i = 0; i < RUNS; i++) {
      parts[i] = new LongArrayList();
    }
    // The oldest run is the first, so in each part the newest entry of a hash is the last.
    for (ReleaseRun source : sources) {
      source.read(
          connection,
          writer.written() >> RUN_BITS,
          (hash, entry) ->
              parts[HashPartitioner.of(hash, run.partBits()) & (RUNS - 1)].add(hash, entry));
    }
    for (LongArrayList part : parts) {
      writer.write(connection, withoutReplaced(part));
    }
    return writer.finished();
  }

  private static LongArrayList withoutReplaced(LongArrayList part) {
    LongHashSet replaced = new LongHashSet();
    LongArrayList newestFirst = new LongArrayList(part.size());
    for (int i = part.size() - 2; i >= 0; i -= 2) {
      long hash = part.get(i);
      long entry = part.get(i + 1);
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
