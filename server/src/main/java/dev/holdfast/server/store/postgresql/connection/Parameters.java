package dev.holdfast.server.store.postgresql.connection;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Sets the parameters of statements. */
final class Parameters {
  private Parameters() {}

  static void set(PreparedStatement statement, int index, @Nullable Object value)
      throws SQLException {
    if (value == null) {
      statement.setNull(index, Types.NULL);
    } else if (value instanceof Long number) {
      statement.setLong(index, number);
    } else if (value instanceof Integer number) {
      statement.setInt(index, number);
    } else if (value instanceof Boolean truth) {
      statement.setBoolean(index, truth);
    } else if (value instanceof String text) {
      statement.setString(index, text);
    } else if (value instanceof byte[] bytes) {
      statement.setBytes(index, bytes);
    } else if (value instanceof UUID uuid) {
      statement.setObject(index, uuid);
    } else if (value instanceof long[] numbers) {
      statement.setObject(index, numbers);
    } else if (value instanceof byte[][] keys) {
      statement.setArray(index, statement.getConnection().createArrayOf("bytea", keys));
    } else if (value instanceof String[] texts) {
      statement.setArray(index, statement.getConnection().createArrayOf("text", texts));
    } else if (value instanceof UUID[] uuids) {
      statement.setArray(index, statement.getConnection().createArrayOf("uuid", uuids));
    } else {
      throw new IllegalArgumentException("no type of the database for " + value.getClass());
    }
  }
}
