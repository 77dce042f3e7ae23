package dev.holdfast.server.store.postgresql.connection;

import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A connection for one purpose, which never waits for those of the pools. It is opened when it is
 * first used, and again after it broke.
 */
public final class OwnConnection implements AutoCloseable {
  private final Connections connections;
  private final Duration answerTimeout;
  private @Nullable Session session;

  /**
   * Makes the connection.
   *
   * @param answerTimeout how long the server may be silent before the connection counts as lost
   */
  public OwnConnection(Connections connections, Duration answerTimeout) {
    this.connections = connections;
    this.answerTimeout = answerTimeout;
  }

  /** Runs some work on the connection, outside of transactions or in one that the work ends. */
  public synchronized <T> T run(Session.Reads<T> work) throws SQLException {
    Session open = session == null ? connections.single(answerTimeout) : session;
    session = open;
    try {
      return work.run(open);
    } catch (SQLException | RuntimeException e) {
      // It may be broken, or in a transaction; a new one costs little in comparison.
      close();
      throw e;
    }
  }

  @Override
  public synchronized void close() {
    if (session != null) {
      session.close();
      session = null;
    }
  }
}
