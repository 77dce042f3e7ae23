package dev.holdfast.benchmarks.yardsticks;

import dev.holdfast.benchmarks.load.RandomIds;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** A table of reservations and nothing else, with random keys like those of slots. */
final class Rows implements AutoCloseable {
  private static final String SCHEMA =
      """
      CREATE TABLE IF NOT EXISTS reservations (
        slot_key BLOB PRIMARY KEY,
        generation INTEGER NOT NULL,
        amount_bytes INTEGER NOT NULL,
        create_micros INTEGER NOT NULL,
        operation_id TEXT NOT NULL
      ) STRICT, WITHOUT ROWID
      """;

  private static final int GROW_BY = 10_000;

  private final Connection connection;
  private final PreparedStatement insert;
  private final PreparedStatement delete;
  private final List<byte[]> inserted = new ArrayList<>();
  private long generation;

  Rows(Path database) throws SQLException {
    connection = Sqlite.open(database, SCHEMA);
    insert = connection.prepareStatement("INSERT INTO reservations VALUES (?, ?, ?, ?, ?)");
    delete = connection.prepareStatement("DELETE FROM reservations WHERE slot_key = ?");
  }

  long count() throws SQLException {
    try (PreparedStatement query =
            connection.prepareStatement("SELECT count(*) FROM reservations");
        ResultSet row = query.executeQuery()) {
      row.next();
      return row.getLong(1);
    }
  }

  void growTo(long rows) throws SQLException {
    for (long left = rows - count(); left > 0; left -= GROW_BY) {
      insert((int) Math.min(left, GROW_BY));
      inserted.clear();
    }
  }

  /** Inserts rows in one transaction. */
  void insert(int rows) throws SQLException {
    for (int i = 0; i < rows; i++) {
      byte[] key = newKey();
      insert.setBytes(1, key);
      insert.setLong(2, ++generation);
      insert.setLong(3, 1 << 20);
      insert.setLong(4, System.currentTimeMillis() * 1000);
      insert.setString(5, RandomIds.operationId());
      insert.executeUpdate();
      inserted.add(key);
    }
    connection.commit();
  }

  /** Deletes all rows that were inserted since the last call, in one transaction. */
  void deleteInserted() throws SQLException {
    for (byte[] key : inserted) {
      delete.setBytes(1, key);
      if (delete.executeUpdate() != 1) {
        throw new SQLException("an inserted row is missing");
      }
    }
    connection.commit();
    inserted.clear();
  }

  /** Returns a hash of 32 bytes and a slot index, about as long as Holdfast's keys. */
  private static byte[] newKey() {
    byte[] key = new byte[36];
    ThreadLocalRandom.current().nextBytes(key);
    return ByteBuffer.wrap(key).putInt(32, 0).array();
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
