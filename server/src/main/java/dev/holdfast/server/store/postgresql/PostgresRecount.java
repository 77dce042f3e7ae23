package dev.holdfast.server.store.postgresql;

import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.engine.Recount;
import dev.holdfast.server.store.postgresql.connection.Session;
import dev.holdfast.server.store.postgresql.rows.EventRows;
import dev.holdfast.server.store.postgresql.rows.OfferRows;
import dev.holdfast.server.store.postgresql.rows.RepositoryRows;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Counts everything again that a repository's row and its offers record as sums. */
final class PostgresRecount {
  private PostgresRecount() {}

  private record Totals(long bytes, long reservations, long newest) {}

  /** Recounts an existing repository in a snapshot. */
  static Optional<Recount> recount(Session session, String repositoryId) throws SQLException {
    Optional<Repository> repository = RepositoryRows.existing(session, repositoryId);
    return repository.isEmpty()
        ? Optional.empty()
        : Optional.of(recount(session, repository.get()));
  }

  private static Recount recount(Session session, Repository repository) throws SQLException {
    String repositoryId = repository.id();
    Totals totals =
        session
            .list(
                "SELECT coalesce(sum(amount_bytes), 0)::bigint, count(*),"
                    + " coalesce(max(greatest(generation, fill_revision)), 0)"
                    + " FROM reservations WHERE repository_id = ?",
                row -> new Totals(row.getLong(1), row.getLong(2), row.getLong(3)),
                repositoryId)
            .get(0);
    return new Recount(
        repository,
        totals.bytes(),
        totals.reservations(),
        totals.newest(),
        EventRows.last(session, repositoryId),
        missingEvents(session, repositoryId),
        sold(session, repositoryId));
  }

  /** Returns a problem if revisions are missing between the oldest and the newest event. */
  private static List<Recount.Problem> missingEvents(Session session, String repositoryId)
      throws SQLException {
    return session.list(
        "SELECT max(last_revision) - min(first_revision) + 1,"
            + " sum(last_revision - first_revision + 1)::bigint"
            + " FROM events WHERE repository_id = ?"
            + " HAVING max(last_revision) - min(first_revision) + 1"
            + " <> sum(last_revision - first_revision + 1)",
        row ->
            new Recount.Problem(
                "number of events, by their revisions", row.getLong(1), row.getLong(2)),
        repositoryId);
  }

  private static List<Recount.Sold> sold(Session session, String repositoryId) throws SQLException {
    Map<String, Long> recorded = OfferRows.sold(session, repositoryId);
    Map<String, Long> counted = new TreeMap<>();
    recorded.keySet().forEach(id -> counted.put(id, 0L));
    session
        .flight()
        .query(
            "SELECT offer_id, sum(amount_bytes)::bigint FROM reservations"
                + " WHERE repository_id = ? AND offer_id <> '' GROUP BY offer_id",
            row -> counted.put(row.getString(1), row.getLong(2)),
            repositoryId)
        .run();
    List<Recount.Sold> sold = new ArrayList<>();
    counted.forEach(
        (id, bytes) -> sold.add(new Recount.Sold(id, recorded.getOrDefault(id, 0L), bytes)));
    return sold;
  }
}
