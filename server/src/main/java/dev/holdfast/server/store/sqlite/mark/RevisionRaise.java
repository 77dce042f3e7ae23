package dev.holdfast.server.store.sqlite.mark;

import dev.holdfast.server.ledger.books.Change.CapacityChanged;
import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.store.RevisionJump;
import dev.holdfast.server.store.codec.EventCodec;
import dev.holdfast.server.store.sqlite.SqliteWrite;
import dev.holdfast.server.store.sqlite.StorePosition;
import dev.holdfast.server.store.sqlite.connection.SqliteConnection;
import dev.holdfast.server.store.sqlite.rows.EventChunk;
import dev.holdfast.server.store.sqlite.rows.LedgerRow;
import dev.holdfast.server.store.sqlite.rows.RevisionGaps;
import dev.holdfast.server.store.sqlite.rows.RowMapper;
import dev.holdfast.server.store.sqlite.rows.SqliteKeys;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Raises all revisions of a store that lost its newest changes. Callers may have received the lost
 * revisions, generations and versions, so all of them are raised far beyond anything that can have
 * been lost, and the gap counts as compacted.
 */
public final class RevisionRaise {
  private final SqliteConnection connection;
  private final long highestGiven;
  private final long leastRaise;
  private final long nowMicros;
  private long chunk;

  private RevisionRaise(
      SqliteConnection connection, long highestGiven, long leastRaise, long nowMicros) {
    this.connection = connection;
    this.highestGiven = highestGiven;
    this.leastRaise = leastRaise;
    this.nowMicros = nowMicros;
  }

  /**
   * Raises all repositories of a store that is behind its mark, in one transaction.
   *
   * @param highestGiven the highest revision that is known to have been returned to a caller
   * @return the number of repositories
   */
  static int afterLoss(SqliteConnection connection, long highestGiven, long nowMicros)
      throws SQLException {
    return run(
        new RevisionRaise(connection, highestGiven, StorePosition.REVISION_RAISE, nowMicros));
  }

  /**
   * Raises all repositories of a restored store, in one transaction. A later restore of the same
   * backup raises them further: by more than a server that ran on the earlier restore can have
   * reached since.
   *
   * @param backupMicros the time of the backup, in microseconds since the epoch
   * @return the number of repositories
   */
  static int afterRestore(SqliteConnection connection, long backupMicros, long nowMicros)
      throws SQLException {
    long raise = RevisionJump.afterRestore(backupMicros, nowMicros);
    return run(new RevisionRaise(connection, 0, raise, nowMicros));
  }

  private static int run(RevisionRaise raise) throws SQLException {
    raise.connection.prepared("BEGIN IMMEDIATE").execute();
    int raised = raise.all();
    raise.connection.prepared("COMMIT").execute();
    return raised;
  }

  private int all() throws SQLException {
    chunk =
        Math.max(
            StorePosition.lastChunk(connection),
            connection.number("SELECT coalesce(max(last_chunk), 0) FROM release_runs"));
    List<RowMapper.RepositoryRow> all =
        SqliteConnection.rows(connection.prepared(RowMapper.REPOSITORIES), RowMapper::repository);
    long highest = highestGiven;
    for (RowMapper.RepositoryRow known : all) {
      highest = Math.max(highest, known.repository().revision());
      raise(known);
    }
    LedgerRow ledger = LedgerRow.read(connection);
    highest = Math.max(highest, ledger.firstRevision());
    new LedgerRow(ledger.id(), highest + leastRaise).write(connection);
    return all.size();
  }

  private void raise(RowMapper.RepositoryRow known) throws SQLException {
    Repository before = known.repository();
    long raise = leastRaise;
    // An older copy of the store may be older than an earlier raise.
    while (before.revision() + raise < highestGiven + StorePosition.REVISION_RAISE / 2) {
      raise += StorePosition.REVISION_RAISE;
    }
    Repository after = before.raisedTo(before.revision() + raise, nowMicros);
    CapacityChanged.Kind kind =
        after.deleted() ? CapacityChanged.Kind.DELETED : CapacityChanged.Kind.UPDATED;
    List<Event> events =
        List.of(
            new Event(
                after.revision(),
                nowMicros,
                after.availableBytes(),
                new CapacityChanged(kind, after.capacityBytes())));
    EventChunk.Contents contents = new EventChunk.Contents(EventCodec.encode(events), null);
    PreparedStatement insert = connection.prepared(EventChunk.INSERT);
    EventChunk.of(++chunk, known.number(), events, contents).set(insert, contents);
    insert.executeUpdate();
    SqliteWrite.put(connection, new RowMapper.RepositoryRow(known.number(), after));
    RevisionGaps.put(connection, known.number(), after.revision());
    for (long version : versions(known.number())) {
      SqliteKeys.putVersion(connection, known.number(), version + raise);
    }
  }

  /** Returns the newest version of a repository's datastore; empty if it never had a version. */
  private List<Long> versions(long repository) throws SQLException {
    PreparedStatement query =
        connection.prepared(
            "SELECT " + SqliteKeys.VERSION + " FROM entry_versions WHERE repository = ?");
    query.setLong(1, repository);
    List<Long> versions = new ArrayList<>();
    try (ResultSet row = query.executeQuery()) {
      while (row.next()) {
        versions.add(SqliteKeys.version(row));
      }
    }
    return versions;
  }
}
