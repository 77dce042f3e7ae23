package dev.holdfast.it;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.concurrent.Callable;

/**
 * The write lock of a server's database, taken from outside: until it is let go, changes wait for
 * their commit, while reads go on. The server itself gives up after some seconds.
 */
final class StoreLock {
  private StoreLock() {}

  /** Does something while no server can commit. */
  static <T> T during(Path dataDir, Callable<T> work) throws Exception {
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + dataDir.resolve("holdfast.db"));
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA busy_timeout = 10000");
      statement.execute("BEGIN IMMEDIATE");
      try {
        return work.call();
      } finally {
        statement.execute("ROLLBACK");
      }
    }
  }
}
