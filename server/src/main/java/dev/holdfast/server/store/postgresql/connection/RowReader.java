package dev.holdfast.server.store.postgresql.connection;

import java.sql.ResultSet;
import java.sql.SQLException;

/** Receives the rows of a query, one by one. */
public interface RowReader {
  /** Ignores all rows. */
  RowReader NONE = row -> {};

  /** Receives a row. */
  void read(ResultSet row) throws SQLException;
}
