package dev.holdfast.it.postgresql;

import dev.holdfast.testing.Poll;
import dev.holdfast.testing.process.FixedPort;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A PgBouncer in transaction mode with few connections, which a campaign kills and starts again.
 */
public final class PgBouncerProcess implements AutoCloseable {
  /** Less than three servers want at once. */
  private static final int POOL_SIZE = 4;

  private final ScratchDirectory home = new ScratchDirectory("pgbouncer");
  private final FixedPort port = new FixedPort();
  private final Path configuration;
  private @Nullable Process process;

  /**
   * Prepares PgBouncer.
   *
   * @param database the {@code HOST:PORT} of PostgreSQL
   */
  public PgBouncerProcess(String database) throws IOException {
    Path users = home.write("users", "\"" + ScratchDirectory.USER + "\" \"\"\n");
    String[] hostAndPort = database.split(":", -1);
    String[] ownHostAndPort = port.address().split(":", -1);
    configuration =
        home.write(
            "pgbouncer.ini",
            """
            [databases]
            postgres = host=%s port=%s
            [pgbouncer]
            listen_addr = %s
            listen_port = %s
            unix_socket_dir =
            auth_type = trust
            auth_file = %s
            pool_mode = transaction
            default_pool_size = %d
            max_client_conn = 200
            ignore_startup_parameters = extra_float_digits
            server_login_retry = 1
            """
                .formatted(
                    hostAndPort[0],
                    hostAndPort[1],
                    ownHostAndPort[0],
                    ownHostAndPort[1],
                    users,
                    POOL_SIZE));
  }

  /** Returns the address for {@code --store}. */
  public String url() {
    return "postgresql://"
        + ScratchDirectory.USER
        + "@"
        + port.address()
        + "/postgres?prepareThreshold=0";
  }

  /** Starts PgBouncer, and waits until a connection reaches the database. */
  public void start() throws Exception {
    process = home.program("/usr/sbin/pgbouncer", List.of(configuration.toString())).start();
    Poll.until(
        "PgBouncer accepts connections",
        () -> {
          try (Connection connection = connect()) {
            return connection.isValid(1);
          } catch (SQLException e) {
            return false;
          }
        });
  }

  private Connection connect() throws SQLException {
    return DriverManager.getConnection(
        "jdbc:postgresql://" + port.address() + "/postgres?prepareThreshold=0",
        ScratchDirectory.USER,
        "");
  }

  /** Kills PgBouncer with SIGKILL; all connections break. */
  public void kill() {
    Process running = process;
    if (running != null) {
      Signals.kill(List.of(running.toHandle()));
    }
  }

  /** Something that is done meanwhile. */
  public interface Work {
    /** Does it. */
    void run() throws Exception;
  }

  /** Holds every connection of the pool in an open transaction while work is done. */
  public void exhaustWhile(Work work) throws Exception {
    List<Connection> holding = new ArrayList<>();
    try {
      for (int i = 0; i < POOL_SIZE; i++) {
        Connection connection = connect();
        holding.add(connection);
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
          statement.execute("SELECT 1");
        }
      }
      work.run();
    } finally {
      for (Connection connection : holding) {
        connection.close();
      }
    }
  }

  @Override
  public void close() throws IOException {
    kill();
    port.close();
    home.close();
  }
}
