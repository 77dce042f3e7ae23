package dev.holdfast.server.store.sqlite;

import dev.holdfast.server.store.sqlite.connection.SqliteConnection;
import dev.holdfast.server.store.sqlite.mark.RevisionRaise;
import dev.holdfast.server.store.sqlite.memtable.RecoveryPoint;
import dev.holdfast.server.store.sqlite.rows.LedgerRow;
import java.sql.SQLException;
import java.util.UUID;

/**
 * How far a store has come.
 *
 * @param ledger which ledger it is
 * @param chunk the highest chunk of events that was committed
 * @param versions how many versions its datastores have given out, all together
 * @param revision the highest revision of any repository that is known of
 */
public record StorePosition(UUID ledger, long chunk, long versions, long revision) {
  /** Versions grow by more than that only where some were lost. */
  private static final long VERSIONS_MASK = RevisionRaise.RAISE - 1;

  /**
   * Of a store, which is to be read in one snapshot.
   *
   * @param before where it was when it was looked at last: what came since is read
   */
  public static StorePosition of(SqliteConnection connection, StorePosition before)
      throws SQLException {
    return new StorePosition(
        LedgerRow.read(connection).id(),
        lastChunk(connection),
        connection.number(
            "SELECT coalesce(sum(version & " + VERSIONS_MASK + "), 0) FROM entry_versions"),
        Math.max(
            before.revision(),
            connection.number(
                "SELECT coalesce(max(last_revision), 0) FROM events WHERE chunk > "
                    + before.chunk())));
  }

  /** The highest chunk that there ever was, also where it is forgotten. */
  public static long lastChunk(SqliteConnection connection) throws SQLException {
    return Math.max(
        RecoveryPoint.read(connection),
        connection.number("SELECT coalesce(max(chunk), 0) FROM events"));
  }

  public boolean isBehind(StorePosition other) {
    return chunk < other.chunk || versions < other.versions;
  }

  public boolean isEmpty() {
    return chunk == 0 && versions == 0;
  }
}
