package dev.holdfast.server.store.sqlite;

import dev.holdfast.server.store.RevisionJump;
import dev.holdfast.server.store.sqlite.connection.SqliteConnection;
import dev.holdfast.server.store.sqlite.memtable.RecoveryPoint;
import dev.holdfast.server.store.sqlite.rows.LedgerRow;
import java.sql.SQLException;
import java.util.UUID;

/**
 * The progress of a store.
 *
 * @param ledger the id of the ledger
 * @param chunk the highest chunk of events that was committed
 * @param versions the sum of the versions of all its datastores; only its lower 40 bits count, and
 *     they wrap around
 * @param quietCommits the number of commits that made changes without an event, for example of an
 *     offer or a lease
 * @param revision the highest revision of any repository, or the revision after which new
 *     repositories begin
 */
public record StorePosition(
    UUID ledger, long chunk, long versions, long quietCommits, long revision) {
  /**
   * By how much revisions and versions are raised after an accepted loss: more than the number of
   * changes that a store makes between two writes of its mark.
   */
  public static final long REVISION_RAISE = RevisionJump.LEAST;

  /** The position before the first commit. */
  public static final StorePosition NOTHING = new StorePosition(new UUID(0, 0), 0, 0, 0, 0);

  /**
   * The bits of the versions that are added up, so that the sum cannot overflow. It wraps around
   * within these bits.
   */
  private static final long VERSIONS_MASK = REVISION_RAISE - 1;

  /** Returns the position of a store that nobody else has open. */
  public static StorePosition of(SqliteConnection connection) throws SQLException {
    // The rows of the repositories contain the revisions of purged events.
    return of(
        connection,
        connection.number(
            "SELECT max((SELECT coalesce(max(revision), 0) FROM repositories),"
                + " (SELECT coalesce(max(last_revision), 0) FROM events))"));
  }

  /**
   * Returns the position of a store that is being written. The connection must be in a transaction,
   * so that all queries read one snapshot.
   *
   * @param before an earlier position; only later events are read
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
        newestChunk(connection),
        connection.number(
            "SELECT coalesce(sum(version & " + VERSIONS_MASK + "), 0) FROM entry_versions"),
        RecoveryPoint.quietCommits(connection),
        Math.max(revision, ledger.firstRevision()));
  }

  /** Returns the number of the last chunk that was ever written, even if it was purged or lost. */
  public static long lastChunk(SqliteConnection connection) throws SQLException {
    return Math.max(RecoveryPoint.read(connection), newestChunk(connection));
  }

  /**
   * Returns the newest chunk that is stored. The oldest are purged first, so only where none is
   * left does the recovery point tell it; where some are, it would hide that the newest are
   * missing.
   */
  private static long newestChunk(SqliteConnection connection) throws SQLException {
    long newest = connection.number("SELECT coalesce(max(chunk), 0) FROM events");
    return newest > 0 ? newest : RecoveryPoint.read(connection);
  }

  public boolean isBehind(StorePosition other) {
    return chunk < other.chunk
        || versionsBehind(other) > 0
        || quietCommits < other.quietCommits
        || revision < other.revision;
  }

  /**
   * Returns how many changes of versions this position lacks that another one has; 0 for none. A
   * difference of more than half of the range means that this one wrapped around, and is ahead.
   */
  public long versionsBehind(StorePosition other) {
    long behind = (other.versions - versions) & VERSIONS_MASK;
    return behind <= VERSIONS_MASK / 2 ? behind : 0;
  }

  public boolean isEmpty() {
    return chunk == 0 && versions == 0;
  }
}
