package dev.holdfast.server.store.postgresql.connection;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A connection, for one thread at a time. Transactions begin and end by statements. */
public final class Session implements AutoCloseable {
  private static final int ROWS_PER_FETCH = 256;

  private final Connection connection;
  private final Consumer<String> statements;
  private final Consumer<Connection> evict;

  Session(Connection connection, Consumer<String> statements, Consumer<Connection> evict) {
    this.connection = connection;
    this.statements = statements;
    this.evict = evict;
  }

  /** Maps a row to a value. */
  public interface Mapper<T> {
    T map(ResultSet row) throws SQLException;
  }

  Connection connection() {
    return connection;
  }

  void sent(String statement) {
    statements.accept(statement);
  }

  /** Returns a flight that begins a transaction with the bounds of the settings. */
  public Flight begin(PostgresSettings settings) {
    return flight()
        .add(SqlTexts.BEGIN)
        .query(
            SqlTexts.BOUNDS,
            RowReader.NONE,
            Long.toString(settings.statementTimeout().toMillis()),
            Long.toString(settings.lockTimeout().toMillis()),
            Long.toString(settings.answerTimeout().toMillis()));
  }

  /** Returns a new flight. */
  public Flight flight() {
    return new Flight(this);
  }

  /** Runs a query of few rows. */
  public <T> List<T> list(String query, Mapper<T> mapper, @Nullable Object... values)
      throws SQLException {
    List<T> found = new ArrayList<>();
    flight().query(query, row -> found.add(mapper.map(row)), values).run();
    return found;
  }

  /** Runs a statement, and returns the number of rows that it changed. */
  public int update(String statement, @Nullable Object... values) throws SQLException {
    sent(statement);
    try (PreparedStatement prepared = connection.prepareStatement(statement)) {
      for (int i = 0; i < values.length; i++) {
        Parameters.set(prepared, i + 1, values[i]);
      }
      return prepared.executeUpdate();
    }
  }

  /**
   * Runs a query of any number of rows, of which only some are in memory at a time. Must be called
   * within {@link #inSnapshot}.
   */
  public void stream(String query, RowReader reader, @Nullable Object... values)
      throws SQLException {
    streamWhile(
        query,
        row -> {
          reader.read(row);
          return true;
        },
        values);
  }

  /** As {@link #stream}, until the reader returns false. */
  public void streamWhile(String query, Mapper<Boolean> reader, @Nullable Object... values)
      throws SQLException {
    sent(query);
    try (PreparedStatement prepared = connection.prepareStatement(query)) {
      prepared.setFetchSize(ROWS_PER_FETCH);
      for (int i = 0; i < values.length; i++) {
        Parameters.set(prepared, i + 1, values[i]);
      }
      try (ResultSet rows = prepared.executeQuery()) {
        boolean more = true;
        while (more && rows.next()) {
          more = reader.map(rows);
        }
      }
    }
  }

  /** Runs reads on one snapshot. */
  public <T> T inSnapshot(Reads<T> reads) throws SQLException {
    // The driver reads in steps only without autocommit.
    connection.setAutoCommit(false);
    try {
      update("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY");
      return reads.run(this);
    } finally {
      if (!connection.isClosed()) {
        connection.rollback();
        connection.setAutoCommit(true);
      }
    }
  }

  /**
   * Begins a transaction that reads any number of rows and may write, until {@link #commit} or the
   * end of the connection.
   */
  public void beginLong() throws SQLException {
    // The driver reads in steps only without autocommit, and begins with the next statement.
    connection.setAutoCommit(false);
  }

  /** Commits such a transaction. */
  public void commit() throws SQLException {
    connection.commit();
  }

  /** Reads that run on one snapshot. */
  public interface Reads<T> {
    T run(Session session) throws SQLException;
  }

  /** Ends a transaction without its changes, and the connection if that fails. */
  public void rollBack() {
    try {
      update("ROLLBACK");
    } catch (SQLException e) {
      evict();
    }
  }

  /** Ensures that the connection is not used again after it was closed. */
  public void evict() {
    evict.accept(connection);
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      // It is lost already, and the pool replaces it.
    }
  }
}
