package dev.holdfast.server.store.postgresql.connection;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;

/**
 * Opens every connection to the database, and knows those that are open, so that they can be ended
 * when another server is the database.
 */
final class ConnectionSource {
  private final PostgresSettings settings;
  private final Set<Connection> open = ConcurrentHashMap.newKeySet();

  ConnectionSource(PostgresSettings settings) {
    this.settings = settings;
  }

  /**
   * Opens a connection.
   *
   * @param silence how long the server may be silent before the connection counts as lost
   */
  Connection open(Duration silence) throws SQLException {
    @Nullable Connection connection =
        new Driver().connect(settings.url().jdbcUrl(), settings.properties());
    if (connection == null) {
      throw new SQLException("the driver does not know the address " + settings.url());
    }
    if (!settings.url().parameters().containsKey(PostgresSettings.SILENCE)) {
      // Not from the start: a host that hangs would keep the driver from the next one for as long.
      connection.setNetworkTimeout(Runnable::run, (int) silence.toMillis());
    }
    for (Connection other : List.copyOf(open)) {
      if (other.isClosed()) {
        open.remove(other);
      }
    }
    open.add(connection);
    return connection;
  }

  /** Ends all connections but one, whoever uses them and waits for an answer. */
  void endAllBut(Connection kept) throws SQLException {
    for (Connection connection : List.copyOf(open)) {
      if (!connection.equals(kept)) {
        open.remove(connection);
        connection.abort(Runnable::run);
      }
    }
  }
}
