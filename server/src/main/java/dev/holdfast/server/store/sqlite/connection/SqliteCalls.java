package dev.holdfast.server.store.sqlite.connection;

import java.io.IOException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** What SQLite is asked for that syncs the disk; a test has it fail. */
public interface SqliteCalls {
  /** SQLite itself. */
  SqliteCalls REAL =
      (connection, mode) -> {
        PreparedStatement checkpoint = connection.prepared("PRAGMA wal_checkpoint(" + mode + ")");
        try (ResultSet row = checkpoint.executeQuery()) {
          row.next();
          return new Log(row.getInt(2), row.getInt(3));
        }
      };

  /**
   * What a checkpoint says of the log, in pages.
   *
   * @param length how long it is
   * @param taken how much of that is in the database
   */
  record Log(int length, int taken) {
    private static final int LOG_HEADER_BYTES = 32;
    private static final int PAGE_HEADER_BYTES = 24;

    int rest() {
      return length - taken;
    }

    /**
     * Whether the file has another page behind these. Where it has none, no start can take what a
     * commit that failed has left there for one that was made.
     */
    public boolean hasPagesBehindEnd(SqliteConnection connection) throws SQLException, IOException {
      long pageBytes = PAGE_HEADER_BYTES + connection.number("PRAGMA page_size");
      return connection.logBytes() >= LOG_HEADER_BYTES + (length + 1L) * pageBytes;
    }
  }

  /** Takes what it can of the log into the database, PASSIVE, or just looks, NOOP. */
  Log checkpoint(SqliteConnection connection, String mode) throws SQLException;

  /** Commits. */
  default void commit(SqliteConnection connection) throws SQLException {
    connection.prepared("COMMIT").execute();
  }
}
