package dev.holdfast.server.store.sqlite;

import dev.holdfast.server.store.sqlite.connection.SqliteCalls;
import dev.holdfast.server.store.sqlite.connection.SqliteConnection;
import dev.holdfast.server.store.sqlite.memtable.Memtable;
import dev.holdfast.server.store.sqlite.releases.ReleaseIndex;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.sqlite.ProgressHandler;

/**
 * Counts what SQLite does for the writer, in instructions of its virtual machine: some ten for each
 * row that is read, whatever the machine and its load.
 */
final class CountedWork implements SqliteCalls {
  private static final int APART = 10;

  private final AtomicLong instructions = new AtomicLong();
  private @Nullable Connection counted;

  /** Opens an engine of the usual size whose work is counted; what would end a server is thrown. */
  SqliteStore open(Path directory) {
    return SqliteStore.open(
        directory.resolve("holdfast.db"),
        ReleaseIndex.Limits.DEFAULT,
        Memtable.CAPACITY,
        e -> {
          throw e;
        },
        this);
  }

  /** How many were done so far. */
  long instructions() {
    return instructions.get();
  }

  private void count(SqliteConnection connection) throws SQLException {
    Connection writer = connection.prepared("SELECT 1").getConnection();
    if (writer != counted) {
      counted = writer;
      ProgressHandler.setHandler(
          writer,
          APART,
          new ProgressHandler() {
            @Override
            protected int progress() {
              instructions.addAndGet(APART);
              return 0;
            }
          });
    }
  }

  @Override
  public WalState checkpoint(SqliteConnection connection, String mode) throws SQLException {
    return REAL.checkpoint(connection, mode);
  }

  @Override
  public void commit(SqliteConnection connection) throws SQLException {
    count(connection);
    REAL.commit(connection);
  }
}
