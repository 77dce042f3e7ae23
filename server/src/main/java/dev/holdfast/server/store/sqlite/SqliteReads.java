package dev.holdfast.server.store.sqlite;

import dev.holdfast.server.ledger.LedgerReads.ReservationsPage;
import dev.holdfast.server.ledger.LedgerReads.ReservationsQuery;
import dev.holdfast.server.ledger.Recount;
import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.rules.ExpireLeases;
import dev.holdfast.server.store.SlotKeys;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The queries beside the queue of changes. */
final class SqliteReads {
  /** A page looks at no more rows than this, however few of them it is asked for. */
  private static final int ROWS_A_PAGE = 20_000;

  /** The repository in the other tables, by its id; null where there is none. */
  static final String ID =
      "(SELECT repository FROM repositories WHERE repository_id = ? AND deleted = 0)";

  private SqliteReads() {}

  static Optional<Repository> repository(SqliteConnection connection, String repositoryId)
      throws SQLException {
    PreparedStatement query =
        connection.prepared(
            "SELECT " + Rows.REPOSITORY + " FROM books WHERE repository_id = ? AND deleted = 0");
    query.setString(1, repositoryId);
    return firstOf(SqliteConnection.rows(query, Rows::repository));
  }

  static List<Repository> repositories(SqliteConnection connection, String afterId, int limit)
      throws SQLException {
    PreparedStatement query =
        connection.prepared(
            "SELECT "
                + Rows.REPOSITORY
                + " FROM books WHERE repository_id > ? AND deleted = 0"
                + " ORDER BY repository_id LIMIT ?");
    query.setString(1, afterId);
    query.setInt(2, limit);
    return SqliteConnection.rows(query, Rows::repository);
  }

  static Optional<Reservation> reservation(
      SqliteConnection connection, YoungReservations young, String repositoryId, Slot slot)
      throws SQLException {
    Optional<YoungReservations.Young> one =
        young.seenBy(connection, all -> Optional.ofNullable(all.get(repositoryId, slot)));
    if (one.isPresent()) {
      return one.map(YoungReservations.Young::reservation);
    }
    PreparedStatement query =
        connection.prepared(
            "SELECT "
                + Rows.RESERVATION
                + " FROM reservations WHERE repository = "
                + ID
                + " AND slot_key = ?");
    query.setString(1, repositoryId);
    query.setBytes(2, SlotKeys.encode(slot));
    return firstOf(SqliteConnection.rows(query, Rows::reservation));
  }

  static ReservationsPage reservations(
      SqliteConnection connection, YoungReservations young, ReservationsQuery asked)
      throws SQLException {
    String requestId = asked.requestId();
    List<Reservation> youngOnes =
        young.seenBy(
            connection,
            all ->
                requestId == null
                    ? all.of(asked.repositoryId())
                    : all.ofRequest(asked.repositoryId(), requestId));
    youngOnes.removeIf(one -> asked.after() != null && one.slot().compareTo(asked.after()) <= 0);
    byte[] from = requestId == null ? new byte[0] : SlotKeys.encodeRequest(requestId);
    byte[] to = requestId == null ? new byte[] {(byte) 0xff} : SlotKeys.behindRequest(requestId);
    PreparedStatement query =
        connection.prepared(
            "SELECT "
                + Rows.RESERVATION
                + " FROM reservations WHERE repository = "
                + ID
                + " AND slot_key > ? AND slot_key < ? ORDER BY slot_key LIMIT ?");
    query.setString(1, asked.repositoryId());
    query.setBytes(2, asked.after() == null ? from : SlotKeys.encode(asked.after()));
    query.setBytes(3, to);
    query.setInt(4, ROWS_A_PAGE);
    List<Reservation> found = new ArrayList<>();
    try (LivingBySlot living = new LivingBySlot(query, youngOnes)) {
      for (int looked = 1; living.next(); looked++) {
        Reservation reservation = living.reservation();
        boolean wanted = asked.filled() == null || asked.filled() == reservation.filled();
        if (wanted && found.size() == asked.limit()) {
          return new ReservationsPage(found, found.get(found.size() - 1).slot());
        }
        if (wanted) {
          found.add(reservation);
        }
        if (looked == ROWS_A_PAGE) {
          return new ReservationsPage(found, reservation.slot());
        }
      }
    }
    return new ReservationsPage(found, null);
  }

  private record Lease(String repositoryId, long expireMicros, ExpireLeases.Expired expired) {}

  static List<ExpireLeases> expiredLeases(
      SqliteConnection connection, YoungReservations young, long nowMicros, int limit)
      throws SQLException {
    List<Lease> leases = new ArrayList<>();
    young
        .seenBy(connection, all -> all.all(one -> one.reservation().leaseExpired(nowMicros)))
        .forEach((owner, one) -> leases.add(lease(owner.repositoryId(), one.reservation())));
    PreparedStatement query =
        connection.prepared(
            "SELECT lease_expire_micros, repository_id, slot_key, generation FROM reservations"
                + " JOIN repositories USING (repository) WHERE lease_expire_micros <= ?"
                + " ORDER BY lease_expire_micros LIMIT ?");
    query.setLong(1, nowMicros);
    query.setInt(2, limit);
    leases.addAll(
        SqliteConnection.rows(
            query,
            row ->
                new Lease(
                    row.getString(2),
                    row.getLong(1),
                    new ExpireLeases.Expired(SlotKeys.decode(row.getBytes(3)), row.getLong(4)))));
    leases.sort(Comparator.comparingLong(Lease::expireMicros));
    List<Lease> longest = leases.subList(0, Math.min(limit, leases.size()));
    // In the order of the table, so that those released together share pages.
    longest.sort(
        Comparator.comparing(Lease::repositoryId).thenComparing(lease -> lease.expired().slot()));
    Map<String, List<ExpireLeases.Expired>> expired = new LinkedHashMap<>();
    for (Lease lease : longest) {
      expired.computeIfAbsent(lease.repositoryId(), id -> new ArrayList<>()).add(lease.expired());
    }
    List<ExpireLeases> commands = new ArrayList<>();
    expired.forEach((id, some) -> commands.add(new ExpireLeases(id, some)));
    return commands;
  }

  private static Lease lease(String repositoryId, Reservation reservation) {
    return new Lease(
        repositoryId,
        reservation.leaseExpireMicros(),
        new ExpireLeases.Expired(reservation.slot(), reservation.generation()));
  }

  /**
   * Counts everything that the file says, and nothing of what is in memory, on one snapshot. For a
   * connection that is closed afterwards.
   */
  static Optional<Recount> recount(SqliteConnection connection, int youngRoom, String repositoryId)
      throws SQLException {
    connection.prepared("BEGIN").execute();
    List<Reservation> youngOnes = YoungReplay.load(connection, youngRoom).of(repositoryId);
    long youngBytes = youngOnes.stream().mapToLong(Reservation::amountBytes).sum();
    long youngNewest =
        youngOnes.stream()
            .mapToLong(one -> Math.max(one.generation(), one.fill().revision()))
            .max()
            .orElse(0);
    PreparedStatement query =
        connection.prepared(
            "SELECT "
                + Rows.REPOSITORY
                + ", live.bytes, live.reservations, live.newest"
                + " FROM books,"
                + " (SELECT coalesce(sum(amount_bytes), 0) AS bytes, count(*) AS reservations,"
                + "   max(coalesce(max(generation), 0), coalesce(max(fill_revision), 0)) AS newest"
                + "   FROM reservations WHERE repository = "
                + ID
                + ") AS live WHERE books.repository_id = ? AND books.deleted = 0");
    for (int i = 1; i <= 2; i++) {
      query.setString(i, repositoryId);
    }
    Event lastEvent = new SqliteEvents(connection).last(repositoryId);
    List<Recount.Problem> lost = lostEvents(connection);
    List<Recount.Sold> sold = new SqliteOffers(connection).recount(repositoryId, youngOnes);
    return firstOf(
        SqliteConnection.rows(
            query,
            row ->
                new Recount(
                    Rows.repository(row),
                    row.getLong(10) + youngBytes,
                    row.getLong(11) + youngOnes.size(),
                    Math.max(row.getLong(12), youngNewest),
                    lastEvent,
                    lost,
                    sold)));
  }

  /** Others know how far the events reached, at a good end the last of them. */
  private static List<Recount.Problem> lostEvents(SqliteConnection connection) throws SQLException {
    return SqliteConnection.rows(
        connection.prepared(
            "SELECT known.chunk, told.chunk"
                + " FROM (SELECT max((SELECT chunk FROM young_since),"
                + "   (SELECT coalesce(max(last_chunk), 0) FROM history_runs WHERE in_use))"
                + "   AS chunk) AS known,"
                + " (SELECT max(chunk) AS chunk FROM events) AS told"
                + " WHERE told.chunk < known.chunk"),
        row -> new Recount.Problem("last chunk of events", row.getLong(1), row.getLong(2)));
  }

  private static <T> Optional<T> firstOf(List<T> rows) {
    return rows.stream().findFirst();
  }
}
