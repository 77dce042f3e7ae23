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
 * @param quietCommits how many commits brought changes and no events, as of an offer or a lease
 * @param revision the highest revision of any repository, or behind which new ones begin
 */
public record StorePosition(
    UUID ledger, long chunk, long versions, long quietCommits, long revision) {
  /** Before anything was committed. */
  public static final StorePosition NOTHING = new StorePosition(new UUID(0, 0), 0, 0, 0, 0);

  /** Versions grow by more than that only where some were lost. */
  private static final long VERSIONS_MASK = RevisionRaise.RAISE - 1;

  /** Of a store that nobody else has open. */
  public static StorePosition of(SqliteConnection connection) throws SQLException {
    // Of events that were forgotten the rows of the repositories have what they came to.
    return of(
        connection,
        connection.number(
            "SELECT max((SELECT coalesce(max(revision), 0) FROM repositories),"
                + " (SELECT coalesce(max(last_revision), 0) FROM events))"));
  }

  /**
   * Of a store that goes on, which is to be read in one snapshot.
   *
   * @param before where it was when it was looked at last: what came since is read
   */
  public static StorePosition after(StorePosition before, SqliteConnection connection)
      throws SQLException {
    long revision =
        connection.number(
            "SELECT coalesce(max(last_revision), 0) FROM events WHERE chunk > " + before.chunk());
    return of(connection, Math.max(before.revision(), revision));
  }

  private static StorePosition of(SqliteConnection connection, long revision) throws SQLException {
    LedgerRow ledger = LedgerRow.read(connection);
    return new StorePosition(
        ledger.id(),
        lastChunk(connection),
        connection.number(
            "SELECT coalesce(sum(version & " + VERSIONS_MASK + "), 0) FROM entry_versions"),
        RecoveryPoint.quietCommits(connection),
        Math.max(revision, ledger.firstRevision()));
  }

  /** The highest chunk that there ever was, also where it is purged. */
  public static long lastChunk(SqliteConnection connection) throws SQLException {
    return Math.max(
        RecoveryPoint.read(connection),
        connection.number("SELECT coalesce(max(chunk), 0) FROM events"));
  }

  public boolean isBehind(StorePosition other) {
    return chunk < other.chunk
        || versions < other.versions
        || quietCommits < other.quietCommits
        || revision < other.revision;
  }

  public boolean isEmpty() {
    return chunk == 0 && versions == 0;
  }
}
