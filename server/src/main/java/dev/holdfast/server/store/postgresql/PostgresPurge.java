package dev.holdfast.server.store.postgresql;

import dev.holdfast.server.ledger.books.Change;
import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.books.Released;
import dev.holdfast.server.ledger.engine.Maintenance.ServedNote;
import dev.holdfast.server.store.postgresql.connection.Flight;
import dev.holdfast.server.store.postgresql.connection.PostgresSettings;
import dev.holdfast.server.store.postgresql.connection.RowReader;
import dev.holdfast.server.store.postgresql.connection.Session;
import dev.holdfast.server.store.postgresql.connection.SqlTexts;
import dev.holdfast.server.store.postgresql.rows.EventRows;
import dev.holdfast.server.store.postgresql.rows.OperationRows;
import dev.holdfast.server.store.postgresql.rows.ReleaseRows;
import dev.holdfast.server.store.postgresql.rows.RepositoryRows;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Purges old events and what belongs to them. Age is measured in the time for which the ledger was
 * served, by notes of it: every chunk of events has the number of the last note before it, so the
 * clocks of servers do not matter.
 */
final class PostgresPurge {
  /** The oldest chunks of all repositories, by the index on their notes. */
  static final String OLDEST =
      "SELECT repository_id, last_revision, last_revision - first_revision + 1 FROM events"
          + " WHERE note < ? ORDER BY note, repository_id, last_revision LIMIT ?";

  private static final int CHUNKS_PER_STEP = 500;

  private final PostgresSettings settings;

  PostgresPurge(PostgresSettings settings) {
    this.settings = settings;
  }

  /** Notes the time served, and purges; returns the number of purged events. */
  int purge(Session session, ServedNote served, long beforeMicros, int limit) throws SQLException {
    note(session, served);
    long note =
        session
            .list(
                "SELECT coalesce(max(note), 0) FROM served_notes WHERE served_micros < ?",
                row -> row.getLong(1),
                beforeMicros)
            .get(0);
    int purged = 0;
    while (purged < limit) {
      Map<String, Long> oldest = oldest(session, note, limit - purged);
      if (oldest.isEmpty()) {
        session.update("DELETE FROM served_notes WHERE note < ?", note);
        break;
      }
      for (Map.Entry<String, Long> repository : oldest.entrySet()) {
        purged += purge(session, repository.getKey(), repository.getValue());
      }
    }
    return purged;
  }

  private void note(Session session, ServedNote served) throws SQLException {
    session
        .begin(settings)
        .query("SELECT one FROM ledger WHERE one = 1 FOR UPDATE", RowReader.NONE)
        .add(
            "UPDATE ledger SET served_micros = ? WHERE one = 1 AND served_micros < ?",
            served.servedMicros(),
            served.servedMicros())
        .add(
            "INSERT INTO served_notes (note, served_micros)"
                + " SELECT (SELECT coalesce(max(note), 0) + 1 FROM served_notes), ?::bigint"
                + " WHERE NOT EXISTS (SELECT 1 FROM served_notes WHERE served_micros > ?)",
            served.servedMicros(),
            served.servedMicros() - served.intervalMicros())
        .add(SqlTexts.COMMIT)
        .run();
  }

  /** Returns the repositories with the oldest events, and the revisions up to which to purge. */
  private static Map<String, Long> oldest(Session session, long note, int limit)
      throws SQLException {
    Map<String, Long> oldest = new TreeMap<>();
    long[] events = new long[1];
    session
        .flight()
        .query(
            OLDEST,
            row -> {
              if (events[0] < limit) {
                oldest.merge(row.getString(1), row.getLong(2), Math::max);
                events[0] += row.getLong(3);
              }
            },
            note,
            CHUNKS_PER_STEP)
        .run();
    return oldest;
  }

  /**
   * Purges the oldest events of a repository, at most up to a revision, in one transaction of
   * bounded size.
   */
  private int purge(Session session, String repositoryId, long upTo) throws SQLException {
    List<Event> events = new ArrayList<>();
    Flight first = session.begin(settings).query(RepositoryRows.LOCK, RowReader.NONE, repositoryId);
    EventRows.loadOldest(first, repositoryId, upTo, CHUNKS_PER_STEP, events::add);
    first.run();
    long lastRevision = events.isEmpty() ? upTo : events.get(events.size() - 1).revision();
    List<Released> releases = new ArrayList<>();
    List<Long> sold = new ArrayList<>();
    for (Event event : events) {
      if (event.change() instanceof Change.SlotReleased change) {
        releases.add(change.released());
        if (!change.released().reservation().offerId().isEmpty()) {
          sold.add(change.released().reservation().generation());
        }
      }
    }
    Flight last = session.flight();
    if (!releases.isEmpty()) {
      ReleaseRows.purge(last, repositoryId, releases, lastRevision);
    }
    OperationRows.purge(last, repositoryId, lastRevision);
    if (!sold.isEmpty()) {
      OperationRows.purgeSales(
          last, repositoryId, sold.stream().mapToLong(Long::longValue).toArray());
    }
    EventRows.purge(last, repositoryId, lastRevision);
    last.add(SqlTexts.UNBOUNDED_COMMIT).add(SqlTexts.COMMIT).run();
    return events.size();
  }
}
