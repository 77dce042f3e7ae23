package dev.holdfast.it.postgresql;

import dev.holdfast.testing.Poll;
import dev.holdfast.testing.process.FixedPort;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A PostgreSQL that a campaign kills and starts again on the same data and port. Its programs are
 * in the directory of the system property {@code holdfast.postgresql.bin}.
 */
public final class PostgresProcess implements AutoCloseable {
  private static final String MAX_CONNECTIONS = "200";

  private final ScratchDirectory home = new ScratchDirectory("postgresql");
  private final Path data = home.resolve("data");
  private final FixedPort port = new FixedPort();
  private @Nullable Process postmaster;

  /** Creates a database cluster in a temporary directory, which {@link #close} deletes. */
  public PostgresProcess() throws IOException, InterruptedException {
    List<String> arguments =
        List.of(
            "-D",
            data.toString(),
            "-U",
            ScratchDirectory.USER,
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C");
    if (home.postgresql("initdb", arguments).start().waitFor() != 0) {
      throw new IOException("initdb failed: " + home.log());
    }
  }

  /** Returns {@code 127.0.0.1:PORT}. */
  public String address() {
    return port.address();
  }

  /** Returns the address for {@code --store}. */
  public String url() {
    return "postgresql://" + ScratchDirectory.USER + "@" + address() + "/postgres";
  }

  /** Starts PostgreSQL, and waits until it accepts connections. */
  public void start() throws Exception {
    String number = address().substring(address().indexOf(':') + 1);
    List<String> arguments =
        List.of(
            "-D",
            data.toString(),
            "-p",
            number,
            "-c",
            "listen_addresses=127.0.0.1",
            "-c",
            "unix_socket_directories=",
            "-c",
            "max_connections=" + MAX_CONNECTIONS);
    Poll.until(
        "PostgreSQL accepts connections",
        () -> {
          Process running = postmaster;
          if (running == null || !running.isAlive()) {
            // After a kill, it ends at once while backends of its predecessor still end.
            postmaster = home.postgresql("postgres", arguments).start();
          }
          return accepts();
        });
  }

  private boolean accepts() {
    try (Connection connection = connect()) {
      return connection.isValid(1);
    } catch (SQLException e) {
      return false;
    }
  }

  private Connection connect() throws SQLException {
    return DriverManager.getConnection(
        "jdbc:postgresql://" + address() + "/postgres", ScratchDirectory.USER, "");
  }

  /** Returns the postmaster and all its backends, the postmaster first. */
  private List<ProcessHandle> processes() {
    Process running = postmaster;
    return running == null ? List.of() : Signals.tree(running.toHandle());
  }

  /** Kills the postmaster and its backends with SIGKILL. */
  public void kill() {
    Signals.kill(processes());
  }

  /** Stops the postmaster and its backends with SIGSTOP; connections stay open. */
  public void pause() throws IOException, InterruptedException {
    Signals.pause(processes());
  }

  /** Lets paused processes continue. */
  public void resume() throws IOException, InterruptedException {
    Signals.resume(processes());
  }

  /** Ends each connection of a server with a probability of a half, in whatever it does. */
  public void cutConnections() throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'postgres'"
              + " AND pid <> pg_backend_pid() AND random() < 0.5");
    }
  }

  @Override
  public void close() throws IOException {
    kill();
    port.close();
    home.close();
  }
}
