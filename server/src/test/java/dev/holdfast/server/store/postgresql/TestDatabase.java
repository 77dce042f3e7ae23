package dev.holdfast.server.store.postgresql;

import dev.holdfast.server.store.postgresql.connection.PostgresSettings;
import dev.holdfast.server.store.postgresql.connection.PostgresUrl;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A database of its own on a real PostgreSQL, which runs once for all tests of the JVM and ends with
 * it.
 */
public final class TestDatabase {
  private static final AtomicInteger COUNT = new AtomicInteger();

  private final String name;

  private TestDatabase(String name) {
    this.name = name;
  }

  private static final class Server {
    static final EmbeddedPostgres POSTGRES = start();

    private static EmbeddedPostgres start() {
      try {
        return EmbeddedPostgres.builder()
            .setServerConfig("fsync", "off")
            .setServerConfig("max_connections", "200")
            .setServerConfig("listen_addresses", "127.0.0.1")
            .start();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Makes an empty database. */
  public static TestDatabase create() {
    TestDatabase database = new TestDatabase("test" + COUNT.incrementAndGet());
    new TestDatabase("postgres").execute("CREATE DATABASE " + database.name);
    return database;
  }

  /** Returns the address of the database, with parameters. */
  public String url(String parameters) {
    return "postgresql://postgres@127.0.0.1:"
        + Server.POSTGRES.getPort()
        + "/"
        + name
        + (parameters.isEmpty() ? "" : "?" + parameters);
  }

  /** Returns the settings for the database, with parameters of the address. */
  public PostgresSettings settings(String parameters) {
    return PostgresSettings.of(PostgresUrl.parse(url(parameters), Map.of()));
  }

  public PostgresSettings settings() {
    return settings("");
  }

  /** Opens a connection as the owner of the server. */
  public Connection connect() throws SQLException {
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:" + Server.POSTGRES.getPort() + "/" + name,
        "postgres",
        "");
  }

  /** Runs statements. */
  public void execute(String sql) {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  /** Returns the number that a query finds. */
  public long number(String sql) {
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        var row = statement.executeQuery(sql)) {
      row.next();
      return row.getLong(1);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }
}
