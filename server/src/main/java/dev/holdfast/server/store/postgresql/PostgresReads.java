package dev.holdfast.server.store.postgresql;

import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.engine.EventsPage;
import dev.holdfast.server.ledger.engine.EventsQuery;
import dev.holdfast.server.ledger.engine.LedgerReads.ReservationsPage;
import dev.holdfast.server.ledger.engine.LedgerReads.ReservationsQuery;
import dev.holdfast.server.ledger.engine.LedgerReads.SpaceUse;
import dev.holdfast.server.ledger.engine.LedgerReads.StateCount;
import dev.holdfast.server.ledger.rules.slots.ExpireLeases;
import dev.holdfast.server.ledger.view.RepositoryVisitor;
import dev.holdfast.server.store.codec.SlotKeys;
import dev.holdfast.server.store.postgresql.connection.Session;
import dev.holdfast.server.store.postgresql.rows.EventRows;
import dev.holdfast.server.store.postgresql.rows.RepositoryRows;
import dev.holdfast.server.store.postgresql.rows.ReservationRows;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongConsumer;

/** The reads that do not go through the queue of changes. */
final class PostgresReads {
  /** The sweep: the leases of all repositories, by an index on their ends. */
  static final String EXPIRED_LEASES =
      "SELECT repository_id, slot_key, generation FROM reservations"
          + " WHERE lease_expire_micros > 0 AND lease_expire_micros <= ?"
          + " ORDER BY lease_expire_micros LIMIT ?";

  static final String COUNT_STATES =
      "SELECT p.repository_id, p.revision, count(r.slot_key) FILTER (WHERE r.fill_revision = 0),"
          + " count(r.slot_key) FILTER (WHERE r.fill_revision <> 0) FROM repositories p"
          + " LEFT JOIN reservations r ON r.repository_id = p.repository_id"
          + " WHERE NOT p.deleted GROUP BY p.repository_id, p.revision";

  private PostgresReads() {}

  static Optional<Reservation> reservation(Session session, String repositoryId, Slot slot)
      throws SQLException {
    return session
        .list(
            "SELECT "
                + ReservationRows.COLUMNS
                + " FROM reservations WHERE repository_id = ? AND slot_key = ?",
            ReservationRows::reservation,
            repositoryId,
            SlotKeys.encode(slot))
        .stream()
        .findFirst();
  }

  static ReservationsPage reservations(Session session, ReservationsQuery query)
      throws SQLException {
    String requestId = query.requestId();
    byte[] from = requestId == null ? new byte[0] : SlotKeys.encodeRequest(requestId);
    byte[] to = requestId == null ? new byte[] {(byte) 0xff} : SlotKeys.afterRequest(requestId);
    Boolean filled = query.filled();
    String filter =
        filled == null ? "" : filled ? " AND fill_revision <> 0" : " AND fill_revision = 0";
    List<Reservation> found =
        session.list(
            "SELECT "
                + ReservationRows.COLUMNS
                + " FROM reservations WHERE repository_id = ? AND slot_key > ? AND slot_key < ?"
                + filter
                + " ORDER BY slot_key LIMIT ?",
            ReservationRows::reservation,
            query.repositoryId(),
            query.after() == null ? from : SlotKeys.encode(query.after()),
            to,
            query.limit() + 1L);
    if (found.size() <= query.limit()) {
      return new ReservationsPage(found, null);
    }
    List<Reservation> page = List.copyOf(found.subList(0, query.limit()));
    return new ReservationsPage(page, page.get(page.size() - 1).slot());
  }

  static void reservedIndexes(
      Session session, String repositoryId, String requestId, LongConsumer slotIndexes)
      throws SQLException {
    session.stream(
        "SELECT slot_key FROM reservations"
            + " WHERE repository_id = ? AND slot_key > ? AND slot_key < ? ORDER BY slot_key",
        row -> slotIndexes.accept(SlotKeys.decode(row.getBytes(1)).slotIndex()),
        repositoryId,
        SlotKeys.encodeRequest(requestId),
        SlotKeys.afterRequest(requestId));
  }

  static void visit(
      Session session, String repositoryId, long afterRevision, RepositoryVisitor visitor)
      throws SQLException {
    Optional<Repository> repository = RepositoryRows.existing(session, repositoryId);
    if (repository.isEmpty()) {
      return;
    }
    visitor.repository(repository.get());
    EventRows.visit(session, repositoryId, afterRevision, visitor::event);
    ReservationRows.visit(session, repositoryId, visitor::reservation);
  }

  static Optional<EventsPage> events(Session session, EventsQuery query) throws SQLException {
    Optional<Repository> repository = RepositoryRows.one(session, query.repositoryId());
    return repository.isEmpty()
        ? Optional.empty()
        : Optional.of(EventRows.page(session, repository.get(), query));
  }

  static Map<String, Long> revisions(Session session, List<String> repositoryIds)
      throws SQLException {
    Map<String, Long> revisions = new HashMap<>();
    session
        .flight()
        .query(
            "SELECT repository_id, revision FROM repositories WHERE repository_id = ANY (?)",
            row -> revisions.put(row.getString(1), row.getLong(2)),
            (Object) repositoryIds.toArray(new String[0]))
        .run();
    return revisions;
  }

  static List<SpaceUse> spaceUse(Session session, List<String> repositoryIds) throws SQLException {
    List<SpaceUse> found = new ArrayList<>();
    for (String id : repositoryIds) {
      Optional<Repository> repository = RepositoryRows.existing(session, id);
      if (repository.isPresent()) {
        long filledBytes =
            session
                .list(
                    "SELECT coalesce(sum(amount_bytes), 0)::bigint FROM reservations"
                        + " WHERE repository_id = ? AND fill_revision <> 0",
                    row -> row.getLong(1),
                    id)
                .get(0);
        found.add(new SpaceUse(repository.get(), filledBytes));
      }
    }
    return found;
  }

  static Map<String, StateCount> countStates(Session session) throws SQLException {
    Map<String, StateCount> counts = new HashMap<>();
    session.stream(
        COUNT_STATES,
        row ->
            counts.put(
                row.getString(1), new StateCount(row.getLong(2), row.getLong(3), row.getLong(4))));
    return counts;
  }

  static List<ExpireLeases> expiredLeases(Session session, long nowMicros, int limit)
      throws SQLException {
    Map<String, List<ExpireLeases.Expired>> expired = new TreeMap<>();
    session
        .flight()
        .query(
            EXPIRED_LEASES,
            row ->
                expired
                    .computeIfAbsent(row.getString(1), id -> new ArrayList<>())
                    .add(
                        new ExpireLeases.Expired(SlotKeys.decode(row.getBytes(2)), row.getLong(3))),
            nowMicros,
            limit)
        .run();
    List<ExpireLeases> commands = new ArrayList<>();
    expired.forEach((id, slots) -> commands.add(new ExpireLeases(id, slots)));
    return commands;
  }
}
