package dev.holdfast.server.store.sqlite;

import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.engine.LedgerReads.SpaceUse;
import dev.holdfast.server.ledger.engine.LedgerReads.StateCount;
import dev.holdfast.server.store.sqlite.connection.SqliteConnection;
import dev.holdfast.server.store.sqlite.memtable.Memtable;
import dev.holdfast.server.store.sqlite.memtable.MemtableEntry;
import dev.holdfast.server.store.sqlite.memtable.RepositorySlot;
import dev.holdfast.server.store.sqlite.rows.RowMapper;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Counts reservations by state, without decoding their rows. A row with a damaged state is counted
 * by its stored value; the scrub finds it.
 */
final class StateCounting {
  private StateCounting() {}

  /** Counts the reservations of all existing repositories in one snapshot. */
  static Map<String, StateCount> countStates(SqliteConnection connection, Memtable memtable)
      throws SQLException {
    connection.prepared("BEGIN").execute();
    Map<RepositorySlot, MemtableEntry> recent =
        memtable.readAtSnapshot(connection, all -> all.matching(entry -> true));
    Map<String, StateCount> counts = new HashMap<>();
    Map<Long, String> ids = new HashMap<>();
    PreparedStatement repositories =
        connection.prepared(RowMapper.REPOSITORIES + " WHERE deleted = 0");
    for (RowMapper.RepositoryRow known :
        SqliteConnection.rows(repositories, RowMapper::repository)) {
      Repository repository = known.repository();
      ids.put(known.number(), repository.id());
      counts.put(repository.id(), new StateCount(repository.revision(), 0, 0));
    }
    recent.forEach(
        (owner, entry) -> {
          boolean filled = entry.reservation().filled();
          add(counts, owner.repositoryId(), filled ? 0 : 1, filled ? 1 : 0);
        });
    PreparedStatement query =
        connection.prepared(
            "SELECT repository, count(*), count(fill_revision) FROM reservations"
                + " GROUP BY repository");
    try (ResultSet row = query.executeQuery()) {
      while (row.next()) {
        String id = ids.get(row.getLong(1));
        if (id != null) {
          add(counts, id, row.getLong(2) - row.getLong(3), row.getLong(3));
        }
      }
    }
    return counts;
  }

  /** Returns how the space of the named repositories is used, in one snapshot. */
  static List<SpaceUse> spaceUse(
      SqliteConnection connection, Memtable memtable, List<String> repositoryIds)
      throws SQLException {
    connection.prepared("BEGIN").execute();
    Map<String, Long> recentBytes = new HashMap<>();
    memtable
        .readAtSnapshot(connection, all -> all.matching(entry -> entry.reservation().filled()))
        .forEach(
            (owner, entry) ->
                recentBytes.merge(
                    owner.repositoryId(), entry.reservation().amountBytes(), Long::sum));
    List<SpaceUse> found = new ArrayList<>();
    for (String id : repositoryIds) {
      RowMapper.RepositoryRow known = SqliteReads.known(connection, id).orElse(null);
      if (known != null) {
        long filledBytes = recentBytes.getOrDefault(id, 0L) + filledBytes(connection, known);
        found.add(new SpaceUse(known.repository(), filledBytes));
      }
    }
    return found;
  }

  private static long filledBytes(SqliteConnection connection, RowMapper.RepositoryRow known)
      throws SQLException {
    PreparedStatement query =
        connection.prepared(
            "SELECT coalesce(sum(amount_bytes), 0) FROM reservations"
                + " WHERE repository = ? AND fill_revision IS NOT NULL");
    query.setLong(1, known.number());
    return SqliteConnection.rows(query, row -> row.getLong(1)).get(0);
  }

  private static void add(
      Map<String, StateCount> counts, String repositoryId, long reserved, long filled) {
    counts.computeIfPresent(
        repositoryId,
        (id, count) ->
            new StateCount(count.revision(), count.reserved() + reserved, count.filled() + filled));
  }
}
