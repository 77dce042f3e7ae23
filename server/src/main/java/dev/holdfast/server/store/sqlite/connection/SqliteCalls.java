package dev.holdfast.server.store.sqlite.connection;

import java.io.IOException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** The calls of SQLite that sync the disk; tests simulate failures of them. */
public interface SqliteCalls {
  /** Calls SQLite. */
  SqliteCalls REAL =
      (connection, mode) -> {
        PreparedStatement checkpoint = connection.prepared("PRAGMA wal_checkpoint(" + mode + ")");
        try (ResultSet row = checkpoint.executeQuery()) {
          row.next();
          return new WalState(row.getInt(2), row.getInt(3));
        }
      };

  /**
   * The state of the WAL after a checkpoint, in pages.
   *
   * @param length the number of pages in the WAL
   * @param checkpointed the number of pages that are in the database file
   */
  record WalState(int length, int checkpointed) {
    private static final int WAL_HEADER_BYTES = 32;
    private static final int PAGE_HEADER_BYTES = 24;

    int remaining() {
      return length - checkpointed;
    }

    /**
     * Returns whether the WAL file has a page after its last committed page. If it has none, no
     * start can mistake the remains of a failed commit for a commit.
     */
    public boolean hasPagesBehindEnd(SqliteConnection connection) throws SQLException, IOException {
      long pageBytes = PAGE_HEADER_BYTES + connection.number("PRAGMA page_size");
      return connection.walBytes() >= WAL_HEADER_BYTES + (length + 1L) * pageBytes;
    }
  }

  /**
   * Checkpoints as much of the WAL as possible (mode PASSIVE), or only reads its state (mode NOOP).
   */
  WalState checkpoint(SqliteConnection connection, String mode) throws SQLException;

  /** Commits the transaction of a connection. */
  default void commit(SqliteConnection connection) throws SQLException {
    connection.prepared("COMMIT").execute();
  }
}
