package dev.holdfast.server.store.sqlite;

import dev.holdfast.server.ledger.LedgerReads.ReservationsPage;
import dev.holdfast.server.ledger.LedgerReads.ReservationsQuery;
import dev.holdfast.server.ledger.Recount;
import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.rules.ExpireLeases;
import dev.holdfast.server.store.SlotKeys;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
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

  /** The same, of the first argument. */
  private static final String FIRST_ID = ID.replace("?", "?1");

  private SqliteReads() {}

  /**
   * The living reservations of a repository, whose id is asked for twice. Asked of the view, a
   * query that counts would go through all repositories.
   */
  static String living(String columns) {
    String rows = "SELECT " + columns + " FROM %s WHERE repository = " + ID;
    return "("
        + rows.formatted("reservations")
        + " UNION ALL "
        + rows.formatted("young_reservations")
        + ")";
  }

  static Optional<Repository> repository(SqliteConnection connection, String repositoryId)
      throws SQLException {
    PreparedStatement query =
        connection.prepared(
            "SELECT "
                + Rows.REPOSITORY
                + " FROM repositories WHERE repository_id = ? AND deleted = 0");
    query.setString(1, repositoryId);
    return firstOf(SqliteConnection.rows(query, Rows::repository));
  }

  static List<Repository> repositories(SqliteConnection connection, String afterId, int limit)
      throws SQLException {
    PreparedStatement query =
        connection.prepared(
            "SELECT "
                + Rows.REPOSITORY
                + " FROM repositories WHERE repository_id > ? AND deleted = 0"
                + " ORDER BY repository_id LIMIT ?");
    query.setString(1, afterId);
    query.setInt(2, limit);
    return SqliteConnection.rows(query, Rows::repository);
  }

  /**
   * The reservation of a slot.
   *
   * @param youngGeneration where it stood among the young ones a moment before; 0 for not there
   */
  static Optional<Reservation> reservation(
      SqliteConnection connection, String repositoryId, Slot slot, long youngGeneration)
      throws SQLException {
    Optional<Reservation> found =
        one(
            connection,
            "reservations WHERE repository = "
                + FIRST_ID
                + " AND slot_key = ?2 UNION ALL SELECT "
                + Rows.RESERVATION
                + " FROM young_reservations WHERE repository = "
                + FIRST_ID
                + " AND slot_key = ?2 AND generation = ?3",
            repositoryId,
            slot,
            youngGeneration);
    // It may have got another generation meanwhile; only then all of the young are gone through.
    return found.isPresent() || youngGeneration == 0
        ? found
        : one(
            connection,
            "living WHERE repository = " + FIRST_ID + " AND slot_key = ?2 AND ?3 > 0",
            repositoryId,
            slot,
            youngGeneration);
  }

  private static Optional<Reservation> one(
      SqliteConnection connection,
      String from,
      String repositoryId,
      Slot slot,
      long youngGeneration)
      throws SQLException {
    PreparedStatement query = connection.prepared("SELECT " + Rows.RESERVATION + " FROM " + from);
    query.setString(1, repositoryId);
    query.setBytes(2, SlotKeys.encode(slot));
    query.setLong(3, youngGeneration);
    return firstOf(SqliteConnection.rows(query, Rows::reservation));
  }

  static ReservationsPage reservations(SqliteConnection connection, ReservationsQuery asked)
      throws SQLException {
    String requestId = asked.requestId();
    byte[] from = requestId == null ? new byte[0] : SlotKeys.encodeRequest(requestId);
    byte[] to = requestId == null ? new byte[] {(byte) 0xff} : SlotKeys.behindRequest(requestId);
    PreparedStatement query =
        connection.prepared(
            "SELECT "
                + Rows.RESERVATION
                + " FROM living WHERE repository = "
                + ID
                + " AND slot_key > ? AND slot_key < ? ORDER BY slot_key LIMIT ?");
    query.setString(1, asked.repositoryId());
    query.setBytes(2, asked.after() == null ? from : SlotKeys.encode(asked.after()));
    query.setBytes(3, to);
    query.setInt(4, ROWS_A_PAGE);
    List<Reservation> found = new ArrayList<>();
    int rows = 0;
    try (ResultSet row = query.executeQuery()) {
      while (row.next()) {
        Reservation reservation = Rows.reservation(row);
        boolean wanted = asked.filled() == null || asked.filled() == reservation.filled();
        if (wanted && found.size() == asked.limit()) {
          return new ReservationsPage(found, found.get(found.size() - 1).slot());
        }
        if (wanted) {
          found.add(reservation);
        }
        if (++rows == ROWS_A_PAGE) {
          return new ReservationsPage(found, reservation.slot());
        }
      }
    }
    return new ReservationsPage(found, null);
  }

  static List<ExpireLeases> expiredLeases(SqliteConnection connection, long nowMicros, int limit)
      throws SQLException {
    PreparedStatement query =
        connection.prepared(
            "SELECT repository_id, slot_key, generation FROM (SELECT repository, slot_key,"
                + " generation, lease_expire_micros FROM living WHERE lease_expire_micros <= ?"
                + " ORDER BY lease_expire_micros LIMIT ?)"
                + " JOIN repositories USING (repository) ORDER BY lease_expire_micros");
    query.setLong(1, nowMicros);
    query.setInt(2, limit);
    Map<String, List<ExpireLeases.Expired>> expired = new LinkedHashMap<>();
    try (ResultSet row = query.executeQuery()) {
      while (row.next()) {
        expired
            .computeIfAbsent(row.getString(1), id -> new ArrayList<>())
            .add(new ExpireLeases.Expired(SlotKeys.decode(row.getBytes(2)), row.getLong(3)));
      }
    }
    List<ExpireLeases> commands = new ArrayList<>();
    expired.forEach((id, leases) -> commands.add(new ExpireLeases(id, leases)));
    return commands;
  }

  /** Counts everything, on one snapshot. For a connection that is closed afterwards. */
  static Optional<Recount> recount(SqliteConnection connection, String repositoryId)
      throws SQLException {
    connection.prepared("BEGIN").execute();
    PreparedStatement query =
        connection.prepared(
            "SELECT "
                + Rows.REPOSITORY
                + ", live.bytes, live.reservations, live.newest, coalesce(told.newest, 0)"
                + " FROM repositories AS book,"
                + " (SELECT coalesce(sum(amount_bytes), 0) AS bytes, count(*) AS reservations,"
                + "   max(coalesce(max(generation), 0), coalesce(max(fill_revision), 0)) AS newest"
                + "   FROM "
                + living("amount_bytes, generation, fill_revision")
                + ") AS live,"
                + " (SELECT max(last_revision) AS newest FROM events WHERE repository = "
                + ID
                + ") AS told WHERE book.repository_id = ? AND book.deleted = 0");
    for (int i = 1; i <= 4; i++) {
      query.setString(i, repositoryId);
    }
    List<Recount.Sold> sold = new SqliteOffers(connection).recount(repositoryId);
    return firstOf(
        SqliteConnection.rows(
            query,
            row ->
                new Recount(
                    Rows.repository(row),
                    row.getLong(10),
                    row.getLong(11),
                    row.getLong(12),
                    row.getLong(13),
                    sold)));
  }

  private static <T> Optional<T> firstOf(List<T> rows) {
    return rows.stream().findFirst();
  }
}
