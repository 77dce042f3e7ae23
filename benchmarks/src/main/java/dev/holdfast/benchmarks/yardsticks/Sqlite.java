package dev.holdfast.benchmarks.yardsticks;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.sqlite.SQLiteConfig;

/** SQLite that is as durable as the product's, and has the same cache and log. */
final class Sqlite {
  private Sqlite() {}

  static Connection open(Path database, String schema) throws SQLException {
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    // Not the defaults: a yardstick must not lose for want of them.
    config.setCacheSize(-64 * 1024);
    config.setPragma(SQLiteConfig.Pragma.WAL_AUTOCHECKPOINT, "8192");
    config.setGetGeneratedKeys(false);
    Connection connection = config.createConnection("jdbc:sqlite:" + database);
    try (Statement statement = connection.createStatement()) {
      statement.executeUpdate(schema);
    }
    connection.setAutoCommit(false);
    return connection;
  }
}
