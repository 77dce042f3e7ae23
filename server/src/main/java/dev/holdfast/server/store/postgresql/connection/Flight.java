package dev.holdfast.server.store.postgresql.connection;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Statements that are sent together, so that they cost one round trip. The driver waits for answers
 * in between only where it cannot bound their size: before a query that it has run before and that
 * returns a column of unbounded length.
 */
public final class Flight {
  /** The driver refuses more parameters in one flight; further statements make another one. */
  private static final int LARGEST_PARAMETER_COUNT = 65_535;

  /** The statements with many rows have at most this number of rows. A power of two. */
  private static final int ROWS_PER_STATEMENT = 128;

  private final Session session;
  private final List<Statement> statements = new ArrayList<>();

  private record Statement(String sql, RowReader reader, List<@Nullable Object> values) {}

  Flight(Session session) {
    this.session = session;
  }

  /** Adds a statement without rows. */
  public Flight add(String statement, @Nullable Object... values) {
    return query(statement, RowReader.NONE, values);
  }

  /** Adds a query. */
  public Flight query(String statement, RowReader reader, @Nullable Object... values) {
    session.sent(statement);
    statements.add(new Statement(statement, reader, Arrays.asList(values)));
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
    return statements.isEmpty();
  }

  /** Sends all statements and reads all results. */
  public void run() throws SQLException {
    int from = 0;
    int parameterCount = 0;
    for (int to = 0; to < statements.size(); to++) {
      int added = statements.get(to).values().size();
      if (parameterCount + added > LARGEST_PARAMETER_COUNT) {
        send(statements.subList(from, to));
        from = to;
        parameterCount = 0;
      }
      parameterCount += added;
    }
    send(statements.subList(from, statements.size()));
  }

  private void send(List<Statement> together) throws SQLException {
    String sql = together.stream().map(Statement::sql).collect(Collectors.joining("; "));
    try (PreparedStatement prepared = session.connection().prepareStatement(sql)) {
      int index = 1;
      for (Statement statement : together) {
        for (Object value : statement.values()) {
          Parameters.set(prepared, index++, value);
        }
      }
      boolean hasRows = prepared.execute();
      for (Statement statement : together) {
        if (hasRows) {
          try (ResultSet rows = prepared.getResultSet()) {
            while (rows.next()) {
              statement.reader().read(rows);
            }
          }
        }
        hasRows = prepared.getMoreResults();
      }
    }
  }
}
