package dev.holdfast.server.store.postgresql;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.holdfast.server.store.postgresql.connection.PostgresSettings;
import dev.holdfast.server.store.postgresql.connection.PostgresUrl;
import dev.holdfast.testing.process.Relay;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.LoggerFactory;

/**
 * A database of its own on a real PostgreSQL, which runs once for all tests of the JVM and ends
 * with it.
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
      // They tell every step of every start.
      for (String talkative : List.of("io.zonky.test", "com.zaxxer.hikari")) {
        ((Logger) LoggerFactory.getLogger(talkative)).setLevel(Level.WARN);
      }
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

  /** Returns the name of the database. */
  public String name() {
    return name;
  }

  /** Returns the address of the server, as {@code HOST:PORT}. */
  public String target() {
    return "127.0.0.1:" + Server.POSTGRES.getPort();
  }

  /** Returns the address of the database, with parameters. */
  public String url(String parameters) {
    return url(target(), parameters);
  }

  private String url(String target, String parameters) {
    return "postgresql://postgres@"
        + target
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

  /** Returns the settings for the database behind a relay. */
  public PostgresSettings settingsVia(Relay relay) {
    return PostgresSettings.of(PostgresUrl.parse(url(relay.target(), ""), Map.of()));
  }

  /** Waits until a query finds a number; fails after half a minute. */
  public void await(String sql, long number) {
    long endNanos = System.nanoTime() + 30_000_000_000L;
    while (number(sql) != number) {
      if (System.nanoTime() > endNanos) {
        throw new AssertionError(sql + " finds " + number(sql) + ", not " + number);
      }
    }
  }

  /** Opens a connection as the owner of the server. */
  public Connection connect() throws SQLException {
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:" + Server.POSTGRES.getPort() + "/" + name, "postgres", "");
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
