package dev.holdfast.it.postgresql;

import dev.holdfast.testing.Poll;
import dev.holdfast.testing.process.FixedPort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A PostgreSQL that a campaign kills and starts again on the same data and port. Its programs are
 * in the directory of the system property {@code holdfast.postgresql.bin}. If this process is root,
 * PostgreSQL runs as the user {@code postgres}, because it refuses to run as root.
 */
public final class PostgresProcess implements AutoCloseable {
  private static final String USER = "postgres";
  private static final String MAX_CONNECTIONS = "200";

  private final Path home;
  private final Path data;
  private final Path log;
  private final FixedPort port = new FixedPort();
  private @Nullable Process postmaster;

  /** Creates a database cluster in a temporary directory, which {@link #close} deletes. */
  public PostgresProcess() throws IOException, InterruptedException {
    home = Files.createTempDirectory("holdfast-postgresql");
    data = home.resolve("data");
    log = home.resolve("log");
    if (isRoot()) {
      Files.setOwner(
          home, home.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(USER));
    }
    List<String> initdb =
        List.of("-D", data.toString(), "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C");
    Process made = program("initdb", initdb).start();
    if (made.waitFor() != 0) {
      throw new IOException("initdb failed: " + Files.readString(log));
    }
  }

  private static boolean isRoot() {
    return System.getProperty("user.name", "").equals("root");
  }

  private ProcessBuilder program(String name, List<String> arguments) {
    String bin = System.getProperty("holdfast.postgresql.bin", "/usr/lib/postgresql/15/bin");
    List<String> command = new ArrayList<>();
    if (isRoot()) {
      command.addAll(List.of("setpriv", "--reuid", USER, "--regid", USER, "--init-groups"));
    }
    command.add(Path.of(bin, name).toString());
    command.addAll(arguments);
    return new ProcessBuilder(command)
        .directory(home.toFile())
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
  }

  /** Returns {@code 127.0.0.1:PORT}. */
  public String address() {
    return port.address();
  }

  /** Returns the address for {@code --store}. */
  public String url() {
    return "postgresql://" + USER + "@" + address() + "/postgres";
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
            postmaster = program("postgres", arguments).start();
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
    return DriverManager.getConnection("jdbc:postgresql://" + address() + "/postgres", USER, "");
  }

  /** Returns the postmaster and all its backends, the postmaster first. */
  private List<ProcessHandle> processes() {
    Process running = postmaster;
    return running == null
        ? List.of()
        : Stream.concat(Stream.of(running.toHandle()), running.descendants()).toList();
  }

  /** Kills the postmaster and its backends with SIGKILL. */
  public void kill() {
    for (ProcessHandle process : processes()) {
      var unused = process.destroyForcibly();
    }
    Process running = postmaster;
    if (running != null) {
      var unused = running.onExit().join();
    }
  }

  /** Stops the postmaster and its backends with SIGSTOP; connections stay open. */
  public void pause() throws IOException, InterruptedException {
    signal("STOP");
  }

  /** Lets paused processes continue. */
  public void resume() throws IOException, InterruptedException {
    signal("CONT");
  }

  private void signal(String name) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("kill", "-s", name));
    processes().forEach(process -> command.add(Long.toString(process.pid())));
    // A backend may end between the two steps; kill then fails for that one alone.
    var unused =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start()
            .waitFor();
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
    try (Stream<Path> files = Files.walk(home)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
