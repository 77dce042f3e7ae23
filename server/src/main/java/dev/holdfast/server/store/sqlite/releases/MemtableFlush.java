package dev.holdfast.server.store.sqlite.releases;

import com.carrotsearch.hppc.LongArrayList;
import dev.holdfast.server.store.sqlite.connection.SqliteConnection;
import java.sql.SQLException;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** Makes a run of the entries that were in memory, which are found there until it is finished. */
final class MemtableFlush {
  private final ReleaseMemtable entries;
  private final HashPartitioner hashes;
  private final int parts;
  private final RunWriter writer;
  private final LongArrayList part = new LongArrayList();

  MemtableFlush(ReleaseMemtable entries, ReleaseRun run) {
    this.entries = entries;
    this.hashes = new HashPartitioner(entries.hashes(), run.partBits());
    this.parts = run.parts();
    this.writer = new RunWriter(run);
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
  @Nullable ReleaseRun writeTo(SqliteConnection connection, double share) throws SQLException {
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
