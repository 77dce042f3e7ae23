package dev.holdfast.server.store.postgresql.connection;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.SQLException;
import java.time.Duration;
import java.util.function.Consumer;

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
  private final ConnectionSource source;
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
    this.source = new ConnectionSource(settings);
    this.writers = pool("writers", settings.writers(), settings.answerTimeout());
    this.readers =
        pool("readers", settings.readers(), settings.answerTimeout().multipliedBy(SLOWER_READS));
  }

  private HikariDataSource pool(String name, int size, Duration silence) {
    HikariConfig config = new HikariConfig();
    config.setPoolName("holdfast-" + name);
    config.setDataSource(new PoolSource(source, silence));
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
    return new Session(source.open(answerTimeout), statements, ignored -> {});
  }

  /**
   * Ends all connections but that of a session. Who waits for an answer on one of them learns that
   * it is lost.
   */
  public void endAllBut(Session kept) throws SQLException {
    source.endAllBut(kept.connection());
    // They would be checked one after the other, whenever somebody wants one.
    writers.getHikariPoolMXBean().softEvictConnections();
    readers.getHikariPoolMXBean().softEvictConnections();
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
