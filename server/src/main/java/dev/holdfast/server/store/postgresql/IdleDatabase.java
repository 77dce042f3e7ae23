package dev.holdfast.server.store.postgresql;

import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.store.postgresql.connection.RowReader;
import dev.holdfast.server.store.postgresql.connection.Session;
import dev.holdfast.server.store.postgresql.connection.SqlTexts;
import java.sql.SQLException;

/** Keeps servers away from a database, for work that needs it alone. */
final class IdleDatabase {
  /** Blocks all changes, and with them the locks that precede them; reads go on. */
  static final String KEEP_SERVERS_AWAY = "LOCK TABLE repositories IN EXCLUSIVE MODE";

  private static final long ALIVE_MICROS = 10_000_000;

  private IdleDatabase() {}

  /**
   * When a database was used.
   *
   * @param nowMicros the time of the database, in microseconds since the epoch
   * @param seenMicros the last sign of life of a server; 0 for none
   */
  record Times(long nowMicros, long seenMicros) {}

  /**
   * Requires that no server uses the database, and has the changes of those wait that start, until
   * the end of the transaction.
   *
   * @throws StoreException if a server used it within the last seconds, or the ledger was moved
   */
  static Times require(Session session) throws SQLException {
    long[] times = new long[2];
    session
        .flight()
        .query("SELECT one FROM ledger WHERE one = 1 FOR UPDATE", RowReader.NONE)
        .query(
            "SELECT " + SqlTexts.NOW + ", (SELECT coalesce(max(last_seen_micros), 0) FROM servers)",
            row -> {
              times[0] = row.getLong(1);
              times[1] = row.getLong(2);
            })
        .run();
    if (times[0] - times[1] < ALIVE_MICROS) {
      throw StoreException.refused(
          "a server used the database within the last "
              + ALIVE_MICROS / 1_000_000
              + " s; stop all servers, wait so long, and try again");
    }
    MovedLedger.requireHere(session);
    session.update(KEEP_SERVERS_AWAY);
    return new Times(times[0], times[1]);
  }
}
