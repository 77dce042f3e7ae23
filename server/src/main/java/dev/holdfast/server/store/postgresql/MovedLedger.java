package dev.holdfast.server.store.postgresql;

import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.store.postgresql.connection.Session;
import java.sql.SQLException;

/**
 * The mark of a ledger that was moved away. Served again, it would sell the same space a second
 * time, so each batch looks for the mark, and a server that slept through the move is kept away.
 */
final class MovedLedger {
  /** Finds the mark; empty for none. */
  static final String MARK = "(SELECT moved_to FROM ledger)";

  private MovedLedger() {}

  /** Sets the mark. */
  static void mark(Session session, String location) throws SQLException {
    session.update("UPDATE ledger SET moved_to = ? WHERE one = 1", location);
  }

  /**
   * Requires that there is no mark.
   *
   * @throws StoreException if the ledger was moved
   */
  static void requireHere(Session session) throws SQLException {
    requireHere(session.list("SELECT moved_to FROM ledger", row -> row.getString(1)).get(0));
  }

  /** As {@link #requireHere(Session)}, for a start: trying again would not help. */
  static void requireAtStart(Session session) throws SQLException {
    try {
      requireHere(session);
    } catch (StoreException e) {
      throw StoreException.notApplied("cannot use the database", e);
    }
  }

  /** As {@link #requireHere(Session)}, for a mark that was read. */
  static void requireHere(String mark) {
    if (!mark.isEmpty()) {
      throw StoreException.refused(trouble(mark));
    }
  }

  /** Returns why a ledger with this mark cannot be used. */
  static String trouble(String mark) {
    return "the ledger was moved to "
        + mark
        + "; use it there. Only if that one is never served, clear the mark of this one with UPDATE"
        + " ledger SET moved_to = ''";
  }
}
