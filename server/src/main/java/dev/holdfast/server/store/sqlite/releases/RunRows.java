package dev.holdfast.server.store.sqlite.releases;

import dev.holdfast.server.store.sqlite.connection.RowChecksum;
import dev.holdfast.server.store.sqlite.connection.SqliteConnection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * Reads and writes the rows of the release index. Rows with a wrong checksum are reported as damage
 * that can be repaired by a rebuild of the index.
 */
public final class RunRows {
  public static final String PARTITIONS = "release_partitions";
  public static final String FILTERS = "release_filters";
  public static final String RUN = "run, partition_bits, last_chunk, in_use, checksum";

  private RunRows() {}

  /**
   * A row of {@link #RUN}.
   *
   * @param run the run, without its filter
   * @param inUse false while the run is being written or deleted
   */
  public record Run(ReleaseRun run, boolean inUse) {
    private RowChecksum checksum() {
      return new RowChecksum("release_runs")
          .number(run.id())
          .number(run.partitionBits())
          .number(run.lastChunk())
          .number(inUse ? 1 : 0);
    }

    public static Run read(ResultSet row) throws SQLException {
      ReleaseRun run = new ReleaseRun(row.getLong(1), row.getInt(2), row.getLong(3), null);
      Run read = new Run(run, row.getBoolean(4));
      read.checksum().checkDerived(row.getLong(5), () -> "run " + run.id());
      return read;
    }

    void put(SqliteConnection connection) throws SQLException {
      PreparedStatement put =
          connection.prepared(
              "INSERT OR REPLACE INTO release_runs (" + RUN + ") VALUES (?, ?, ?, ?, ?)");
      put.setLong(1, run.id());
      put.setInt(2, run.partitionBits());
      put.setLong(3, run.lastChunk());
      put.setInt(4, inUse ? 1 : 0);
      put.setInt(5, checksum().value());
      put.executeUpdate();
    }
  }

  /** Returns the columns of the table of partitions or of filters. */
  public static String columns(String table) {
    return "partition_key, checksum, " + (table.equals(PARTITIONS) ? "releases" : "words");
  }

  static void insert(SqliteConnection connection, String table, long key, byte[] bytes)
      throws SQLException {
    PreparedStatement insert =
        connection.prepared("INSERT INTO " + table + " (" + columns(table) + ") VALUES (?, ?, ?)");
    insert.setLong(1, key);
    insert.setInt(2, checksum(table, key, bytes).value());
    insert.setBytes(3, bytes);
    insert.executeUpdate();
  }

  /** Returns the bytes of a row of {@link #columns}, checked. */
  public static byte[] bytes(String table, ResultSet row) throws SQLException {
    long key = row.getLong(1);
    byte[] bytes = row.getBytes(3);
    checksum(table, key, bytes)
        .checkDerived(
            row.getLong(2), () -> "partition " + (int) key + " of run " + (key >>> Integer.SIZE));
    return bytes;
  }

  private static RowChecksum checksum(String table, long key, byte[] bytes) {
    return new RowChecksum(table).number(key).bytes(bytes);
  }

  /** Deletes the whole index; it can be rebuilt from the events. */
  public static void deleteAll(SqliteConnection connection) throws SQLException {
    connection.run(
        "BEGIN IMMEDIATE; DELETE FROM release_runs; DELETE FROM release_partitions;"
            + " DELETE FROM release_filters; COMMIT");
  }
}
