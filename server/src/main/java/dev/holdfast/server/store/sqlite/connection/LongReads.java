package dev.holdfast.server.store.sqlite.connection;

import dev.holdfast.server.ledger.engine.StoreException;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Runs reads that scan all data, each on one snapshot and on a connection of its own, so that they
 * do not delay other readers. A long read prevents a restart of the WAL, so it is interrupted when
 * the WAL becomes too long.
 */
public final class LongReads {
  private final Supplier<SqliteConnection> opening;
  private final StoreCondition condition;
  private final Set<SqliteConnection> running = new HashSet<>();

  public LongReads(Supplier<SqliteConnection> opening, StoreCondition condition) {
    this.opening = opening;
    this.condition = condition;
  }

  /** Runs a read. */
  public <T> T read(String what, Readers.Read<T> read) {
    condition.requireReadable();
    SqliteConnection connection = opening.get();
    synchronized (running) {
      running.add(connection);
    }
    try {
      return read.on(connection);
    } catch (SQLException e) {
      throw condition.failed(what, e);
    } catch (StoreException e) {
      condition.notice(e);
      throw e;
    } finally {
      synchronized (running) {
        running.remove(connection);
      }
      if (!condition.halted()) {
        connection.close();
      }
    }
  }

  /** Makes all running reads fail. */
  void interruptAll() throws SQLException {
    synchronized (running) {
      for (SqliteConnection connection : running) {
        connection.interrupt();
      }
    }
  }
}
