package dev.holdfast.server.store.postgresql.connection;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.postgresql.ds.PGSimpleDataSource;

/** Opens the connections of a pool. */
final class PoolSource extends PGSimpleDataSource {
  private static final long serialVersionUID = 1;

  private final transient ConnectionSource source;
  private final transient Duration silence;

  PoolSource(ConnectionSource source, Duration silence) {
    this.source = source;
    this.silence = silence;
  }

  @Override
  public Connection getConnection() throws SQLException {
    return source.open(silence);
  }
}
