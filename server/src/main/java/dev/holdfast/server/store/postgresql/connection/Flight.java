package dev.holdfast.server.store.postgresql.connection;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Statements that are sent together, so that they cost one round trip. The driver waits for answers
 * in between only where it cannot bound their size: before a query that it has run before and that
 * returns a column of unbounded length.
 */
public final class Flight {
  /** The statements with many rows have at most this number of rows. A power of two. */
  private static final int ROWS_PER_STATEMENT = 128;

  private final Session session;
  private final StringBuilder sql = new StringBuilder();
  private final List<RowReader> readers = new ArrayList<>();
  private final List<@Nullable Object> parameters = new ArrayList<>();

  Flight(Session session) {
    this.session = session;
  }

  /** Adds a statement without rows. */
  public Flight add(String statement, @Nullable Object... values) {
    return query(statement, RowReader.NONE, values);
  }

  /** Adds a query. */
  public Flight query(String statement, RowReader reader, @Nullable Object... values) {
    sql.append(sql.length() == 0 ? "" : "; ").append(statement);
    session.sent(statement);
    readers.add(reader);
    parameters.addAll(Arrays.asList(values));
    return this;
  }

  /**
   * Adds statements that insert rows. Their numbers of rows are powers of two, so that only few
   * different statements have to be parsed.
   *
   * @param into the statement up to {@code VALUES}
   * @param row the placeholders of a row, in parentheses
   * @param after what follows the rows; may be empty
   * @param rows the values of each row
   */
  public Flight insert(String into, String row, String after, List<@Nullable Object[]> rows) {
    int from = 0;
    while (from < rows.size()) {
      int count = Math.min(ROWS_PER_STATEMENT, Integer.highestOneBit(rows.size() - from));
      List<@Nullable Object> values = new ArrayList<>();
      rows.subList(from, from + count).forEach(one -> values.addAll(Arrays.asList(one)));
      String placeholders = row + (", " + row).repeat(count - 1);
      add(
          into + " VALUES " + placeholders + (after.isEmpty() ? "" : " " + after),
          values.toArray());
      from += count;
    }
    return this;
  }

  /** Returns whether nothing was added. */
  public boolean isEmpty() {
    return readers.isEmpty();
  }

  /** Sends all statements and reads all results. */
  public void run() throws SQLException {
    try (PreparedStatement statement = session.connection().prepareStatement(sql.toString())) {
      for (int i = 0; i < parameters.size(); i++) {
        Parameters.set(statement, i + 1, parameters.get(i));
      }
      boolean hasRows = statement.execute();
      for (int i = 0; i < readers.size(); i++) {
        if (hasRows) {
          try (ResultSet rows = statement.getResultSet()) {
            while (rows.next()) {
              readers.get(i).read(rows);
            }
          }
        }
        hasRows = statement.getMoreResults();
      }
    }
  }
}
