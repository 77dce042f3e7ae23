package dev.holdfast.server.store.sqlite.connection;

import dev.holdfast.server.ledger.StoreException;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Reads that go through all there is, each on one snapshot and on a connection of its own, so that
 * they keep no other reader waiting. They keep the log from beginning anew, so they give up where
 * it becomes too long under them.
 */
public final class LongReads {
  private final Supplier<SqliteConnection> opening;
  private final StoreCondition condition;
  private final Set<SqliteConnection> underWay = new HashSet<>();

  public LongReads(Supplier<SqliteConnection> opening, StoreCondition condition) {
    this.opening = opening;
    this.condition = condition;
  }

  /** Reads something. */
  public <T> T read(String what, Readers.Read<T> read) {
    condition.requireReadable();
    SqliteConnection connection = opening.get();
    synchronized (underWay) {
      underWay.add(connection);
    }
    try {
      return read.on(connection);
    } catch (SQLException e) {
      throw condition.failed(what, e);
    } catch (StoreException e) {
      condition.notice(e);
      throw e;
    } finally {
      synchronized (underWay) {
        underWay.remove(connection);
      }
      if (!condition.halted()) {
        connection.close();
      }
    }
  }

  /** Has all that are under way fail. */
  void giveUp() throws SQLException {
    synchronized (underWay) {
      for (SqliteConnection connection : underWay) {
        connection.interrupt();
      }
    }
  }
}
