package dev.holdfast.benchmarks.yardsticks;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.sqlite.SQLiteConfig;

/** SQLite with the durability, cache and WAL settings of Holdfast. */
final class Sqlite {
  private Sqlite() {}

  static Connection open(Path database, String schema) throws SQLException {
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    // Better than the defaults, so that the comparison is fair.
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
