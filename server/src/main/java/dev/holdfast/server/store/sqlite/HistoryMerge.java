package dev.holdfast.server.store.sqlite;

import com.carrotsearch.hppc.LongArrayList;
import java.sql.SQLException;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** Makes a run of the entries that were in memory, which are found there until it is finished. */
final class HistoryMerge {
  private final ReleaseMemtable entries;
  private final HashParts hashes;
  private final int parts;
  private final HistoryRunWriter writer;
  private final LongArrayList part = new LongArrayList();

  HistoryMerge(ReleaseMemtable entries, HistoryRun run) {
    this.entries = entries;
    this.hashes = new HashParts(entries.hashes(), run.partBits());
    this.parts = run.parts();
    this.writer = new HistoryRunWriter(run);
  }

  void forEach(long hash, LongConsumer consumer) {
    entries.forEach(hash, consumer);
  }

  /**
   * Writes on.
   *
   * @param share how much of the run should be written by now; 1 for all of it
   * @return the run; null where more is to be written
   */
  @Nullable HistoryRun writeTo(SqliteConnection connection, double share) throws SQLException {
    while (writer.finished() == null && writer.written() < share * parts) {
      part.clear();
      for (long hash : hashes.part(writer.written())) {
        entries.forEach(hash, entry -> part.add(hash, entry));
      }
      writer.write(connection, part);
    }
    return writer.finished();
  }
}
