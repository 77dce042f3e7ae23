package dev.holdfast.server.store.postgresql.connection;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;
import java.util.function.Consumer;
import org.postgresql.Driver;

/**
 * The connections of the engine: a pool for transactions, a pool for reads, and single ones for
 * everything that must not wait for those.
 */
public final class Connections implements AutoCloseable {
  private static final long LONGEST_LIFE_MILLIS = 30 * 60 * 1000L;

  /** Reads of whole repositories may need long until their first row. */
  private static final int SLOWER_READS = 10;

  private final PostgresSettings settings;
  private final Consumer<String> statements;
  private final HikariDataSource writers;
  private final HikariDataSource readers;

  /**
   * Makes the pools; they connect when they are first used.
   *
   * @param statements receives every statement that is sent, on the thread that sends it
   */
  public Connections(PostgresSettings settings, Consumer<String> statements) {
    this.settings = settings;
    this.statements = statements;
    this.writers =
        pool("writers", settings.writers(), settings.properties(settings.answerTimeout()));
    this.readers =
        pool(
            "readers",
            settings.readers(),
            settings.properties(settings.answerTimeout().multipliedBy(SLOWER_READS)));
  }

  private HikariDataSource pool(String name, int size, Properties properties) {
    HikariConfig config = new HikariConfig();
    config.setPoolName("holdfast-" + name);
    config.setDriverClassName(Driver.class.getName());
    config.setJdbcUrl(settings.url().jdbcUrl());
    config.setDataSourceProperties(properties);
    config.setMaximumPoolSize(size);
    config.setMinimumIdle(0);
    config.setConnectionTimeout(settings.connectionWait().toMillis());
    config.setValidationTimeout(settings.connectionWait().toMillis());
    config.setMaxLifetime(LONGEST_LIFE_MILLIS);
    config.setInitializationFailTimeout(-1);
    return new HikariDataSource(config);
  }

  /** Returns a connection for a transaction. Waits for one as long as the settings say. */
  public Session writer() throws SQLException {
    return new Session(writers.getConnection(), statements, writers::evictConnection);
  }

  /** Returns a connection for reads. Waits for one as long as the settings say. */
  public Session reader() throws SQLException {
    return new Session(readers.getConnection(), statements, readers::evictConnection);
  }

  /**
   * Opens a connection that is in no pool.
   *
   * @param answerTimeout how long the server may be silent before the connection counts as lost
   */
  public Session single(Duration answerTimeout) throws SQLException {
    Connection connection =
        new Driver().connect(settings.url().jdbcUrl(), settings.properties(answerTimeout));
    if (connection == null) {
      throw new SQLException("the driver does not know the address " + settings.url());
    }
    return new Session(connection, statements, ignored -> {});
  }

  public PostgresSettings settings() {
    return settings;
  }

  @Override
  public void close() {
    writers.close();
    readers.close();
  }
}
