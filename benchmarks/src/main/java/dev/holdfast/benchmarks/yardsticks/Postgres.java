package dev.holdfast.benchmarks.yardsticks;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** A PostgreSQL server that syncs every commit, with its default settings. */
public final class Postgres implements AutoCloseable {
  private final EmbeddedPostgres server;

  private Postgres(EmbeddedPostgres server) {
    this.server = server;
  }

  /** PostgreSQL cannot be started on this machine. */
  public static final class UnavailableException extends Exception {
    private UnavailableException(Exception cause) {
      super("PostgreSQL cannot be started here: " + cause.getMessage(), cause);
    }
  }

  /**
   * Starts the server.
   *
   * @param directory the directory of its data and its program
   */
  public static Postgres start(Path directory)
      throws UnavailableException, IOException, SQLException {
    Postgres started = new Postgres(startServer(directory));
    try {
      started.requireDurability();
      return started;
    } catch (SQLException | RuntimeException e) {
      started.close();
      throw e;
    }
  }

  private static EmbeddedPostgres startServer(Path directory) throws UnavailableException {
    try {
      return EmbeddedPostgres.builder()
          .setDataDirectory(directory.resolve("data"))
          .setOverrideWorkingDirectory(directory.resolve("program").toFile())
          // This library is made for tests, which trade durability for speed.
          .setServerConfig("fsync", "on")
          .setServerConfig("synchronous_commit", "on")
          .setServerConfig("full_page_writes", "on")
          .start();
    } catch (IOException | RuntimeException e) {
      throw new UnavailableException(e);
    }
  }

  private void requireDurability() throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      for (String setting : List.of("fsync", "synchronous_commit", "full_page_writes")) {
        try (ResultSet row = statement.executeQuery("SHOW " + setting)) {
          row.next();
          if (!row.getString(1).equals("on")) {
            throw new IllegalStateException("PostgreSQL runs with " + setting + " off");
          }
        }
      }
    }
  }

  /** Opens a connection to the database {@code postgres}. */
  Connection connect() throws SQLException {
    return server.getPostgresDatabase().getConnection();
  }

  /** Makes an empty database, and returns its address as {@code holdfast serve --store} has it. */
  public String newDatabase(String name) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE DATABASE " + name);
    }
    return "postgresql://postgres@localhost:" + server.getPort() + "/" + name;
  }

  /** Stops the server. */
  @Override
  public void close() throws IOException {
    server.close();
  }
}
