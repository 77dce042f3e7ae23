package dev.holdfast.server.store.sqlite.releases;

import dev.holdfast.server.store.sqlite.connection.RowChecksum;
import dev.holdfast.server.store.sqlite.connection.SqliteConnection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** The rows of the index of releases, which are of no use where their checksums do not fit. */
public final class RunRows {
  public static final String PARTS = "history_parts";
  public static final String FILTERS = "history_filters";
  public static final String RUN = "run, part_bits, last_chunk, in_use, checksum";

  private RunRows() {}

  /**
   * A row of {@link #RUN}.
   *
   * @param run the run, without its filter
   * @param inUse false where it is being written, or being deleted
   */
  public record Run(ReleaseRun run, boolean inUse) {
    private RowChecksum checksum() {
      return new RowChecksum("history_runs")
          .number(run.id())
          .number(run.partBits())
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
              "INSERT OR REPLACE INTO history_runs (" + RUN + ") VALUES (?, ?, ?, ?, ?)");
      put.setLong(1, run.id());
      put.setInt(2, run.partBits());
      put.setLong(3, run.lastChunk());
      put.setInt(4, inUse ? 1 : 0);
      put.setInt(5, checksum().value());
      put.executeUpdate();
    }
  }

  /** The columns of a table of parts, in which its bytes are called so. */
  public static String columns(String table) {
    return "part, checksum, " + (table.equals(PARTS) ? "releases" : "words");
  }

  static void insert(SqliteConnection connection, String table, long part, byte[] bytes)
      throws SQLException {
    PreparedStatement insert =
        connection.prepared("INSERT INTO " + table + " (" + columns(table) + ") VALUES (?, ?, ?)");
    insert.setLong(1, part);
    insert.setInt(2, checksum(table, part, bytes).value());
    insert.setBytes(3, bytes);
    insert.executeUpdate();
  }

  /** The bytes of a row of {@link #columns}. */
  public static byte[] bytes(String table, ResultSet row) throws SQLException {
    long part = row.getLong(1);
    byte[] bytes = row.getBytes(3);
    checksum(table, part, bytes)
        .checkDerived(
            row.getLong(2), () -> "part " + (int) part + " of run " + (part >>> Integer.SIZE));
    return bytes;
  }

  private static RowChecksum checksum(String table, long part, byte[] bytes) {
    return new RowChecksum(table).number(part).bytes(bytes);
  }

  /** Forgets the whole index; the events still have all that is in it. */
  public static void deleteAll(SqliteConnection connection) throws SQLException {
    connection.run(
        "BEGIN IMMEDIATE; DELETE FROM history_runs; DELETE FROM history_parts;"
            + " DELETE FROM history_filters; COMMIT");
  }
}
