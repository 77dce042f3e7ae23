package dev.holdfast.server.store.sqlite;

import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.engine.LedgerReads.ReservationsPage;
import dev.holdfast.server.ledger.engine.LedgerReads.ReservationsQuery;
import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.ledger.rules.slots.ExpireLeases;
import dev.holdfast.server.store.codec.SlotKeys;
import dev.holdfast.server.store.sqlite.connection.DamageLog;
import dev.holdfast.server.store.sqlite.connection.SqliteConnection;
import dev.holdfast.server.store.sqlite.memtable.Memtable;
import dev.holdfast.server.store.sqlite.memtable.MemtableEntry;
import dev.holdfast.server.store.sqlite.memtable.MergedReservationCursor;
import dev.holdfast.server.store.sqlite.rows.RepositoryIds;
import dev.holdfast.server.store.sqlite.rows.RowMapper;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Runs the queries that do not go through the queue of changes. */
final class SqliteReads {
  private static final DamageLog DAMAGE = new DamageLog();

  /** The largest number of rows that one page scans, even if few of them match. */
  private static final int ROWS_PER_PAGE = 20_000;

  private static final long NO_REPOSITORY = 0;

  private SqliteReads() {}

  static Optional<Repository> repository(SqliteConnection connection, String repositoryId)
      throws SQLException {
    return known(connection, repositoryId).map(RowMapper.RepositoryRow::repository);
  }

  /** Returns a repository that exists, with its number. */
  static Optional<RowMapper.RepositoryRow> known(SqliteConnection connection, String repositoryId)
      throws SQLException {
    PreparedStatement query =
        connection.prepared(RowMapper.REPOSITORIES + " WHERE repository_id = ?");
    query.setString(1, repositoryId);
    return first(SqliteConnection.rows(query, RowMapper::repository))
        .filter(known -> !known.repository().deleted());
  }

  /**
   * Returns the number of a repository in the other tables; a number that is never used if the
   * repository does not exist.
   */
  static long number(SqliteConnection connection, String repositoryId) throws SQLException {
    PreparedStatement query =
        connection.prepared(
            "SELECT " + RowMapper.REPOSITORY + " FROM repositories WHERE repository_id = ?");
    query.setString(1, repositoryId);
    return first(SqliteConnection.rows(query, RowMapper::repository))
        .filter(known -> !known.repository().deleted())
        .map(RowMapper.RepositoryRow::number)
        .orElse(NO_REPOSITORY);
  }

  static List<Repository> repositories(SqliteConnection connection, String afterId, int limit)
      throws SQLException {
    PreparedStatement query =
        connection.prepared(
            RowMapper.REPOSITORIES + " WHERE repository_id > ? ORDER BY repository_id");
    query.setString(1, afterId);
    List<Repository> found = new ArrayList<>();
    try (ResultSet row = query.executeQuery()) {
      while (found.size() < limit && row.next()) {
        Repository repository = RowMapper.repository(row).repository();
        if (!repository.deleted()) {
          found.add(repository);
        }
      }
    }
    return found;
  }

  static Optional<Reservation> reservation(
      SqliteConnection connection, Memtable memtable, String repositoryId, Slot slot)
      throws SQLException {
    Optional<MemtableEntry> entry =
        memtable.readAtSnapshot(
            connection, entries -> Optional.ofNullable(entries.get(repositoryId, slot)));
    if (entry.isPresent()) {
      return entry.map(MemtableEntry::reservation);
    }
    PreparedStatement query =
        connection.prepared(
            "SELECT "
                + RowMapper.RESERVATION
                + " FROM reservations WHERE repository = ? AND slot_key = ?");
    query.setLong(1, number(connection, repositoryId));
    query.setBytes(2, SlotKeys.encode(slot));
    return first(SqliteConnection.rows(query, RowMapper::reservation));
  }

  static ReservationsPage reservations(
      SqliteConnection connection, Memtable memtable, ReservationsQuery request)
      throws SQLException {
    String requestId = request.requestId();
    List<Reservation> recent =
        memtable.readAtSnapshot(
            connection,
            all ->
                requestId == null
                    ? all.ofRepository(request.repositoryId())
                    : all.ofRequest(request.repositoryId(), requestId));
    recent.removeIf(
        reservation ->
            request.after() != null && reservation.slot().compareTo(request.after()) <= 0);
    byte[] from = requestId == null ? new byte[0] : SlotKeys.encodeRequest(requestId);
    byte[] to = requestId == null ? new byte[] {(byte) 0xff} : SlotKeys.afterRequest(requestId);
    PreparedStatement query =
        connection.prepared(
            "SELECT "
                + RowMapper.RESERVATION
                + " FROM reservations WHERE repository = ? AND slot_key > ? AND slot_key < ?"
                + " ORDER BY slot_key LIMIT ?");
    query.setLong(1, number(connection, request.repositoryId()));
    query.setBytes(2, request.after() == null ? from : SlotKeys.encode(request.after()));
    query.setBytes(3, to);
    query.setInt(4, ROWS_PER_PAGE);
    List<Reservation> found = new ArrayList<>();
    try (MergedReservationCursor cursor = new MergedReservationCursor(query, recent)) {
      for (int scanned = 1; cursor.next(); scanned++) {
        Reservation reservation = cursor.reservation();
        boolean wanted = request.filled() == null || request.filled() == reservation.filled();
        if (wanted && found.size() == request.limit()) {
          return new ReservationsPage(found, found.get(found.size() - 1).slot());
        }
        if (wanted) {
          found.add(reservation);
        }
        if (scanned == ROWS_PER_PAGE) {
          return new ReservationsPage(found, reservation.slot());
        }
      }
    }
    return new ReservationsPage(found, null);
  }

  private record Lease(String repositoryId, long expireMicros, ExpireLeases.Expired expired) {}

  static List<ExpireLeases> expiredLeases(
      SqliteConnection connection, Memtable memtable, long nowMicros, int limit)
      throws SQLException {
    List<Lease> leases = new ArrayList<>();
    memtable
        .readAtSnapshot(
            connection, all -> all.matching(entry -> entry.reservation().leaseExpired(nowMicros)))
        .forEach((owner, entry) -> leases.add(lease(owner.repositoryId(), entry.reservation())));
    leases.addAll(expiredRows(connection, nowMicros, limit));
    leases.sort(Comparator.comparingLong(Lease::expireMicros));
    List<Lease> first = leases.subList(0, Math.min(limit, leases.size()));
    // In the order of the table, so that rows that are deleted together share pages.
    first.sort(
        Comparator.comparing(Lease::repositoryId).thenComparing(lease -> lease.expired().slot()));
    Map<String, List<ExpireLeases.Expired>> expired = new LinkedHashMap<>();
    for (Lease lease : first) {
      expired.computeIfAbsent(lease.repositoryId(), id -> new ArrayList<>()).add(lease.expired());
    }
    List<ExpireLeases> commands = new ArrayList<>();
    expired.forEach((id, slots) -> commands.add(new ExpireLeases(id, slots)));
    return commands;
  }

  /** Returns the rows with expired leases, without damaged rows, whose slot is unknown. */
  private static List<Lease> expiredRows(SqliteConnection connection, long nowMicros, int limit)
      throws SQLException {
    PreparedStatement query =
        connection.prepared(
            "SELECT "
                + RowMapper.RESERVATION
                + " FROM reservations WHERE lease_expire_micros <= ?"
                + " ORDER BY lease_expire_micros");
    query.setLong(1, nowMicros);
    RepositoryIds ids = new RepositoryIds(connection);
    List<Lease> leases = new ArrayList<>();
    try (ResultSet row = query.executeQuery()) {
      while (leases.size() < limit && row.next()) {
        try {
          Reservation reservation = RowMapper.reservation(row);
          leases.add(lease(ids.of(row.getLong(1)), reservation));
        } catch (StoreException e) {
          DAMAGE.report(e);
        }
      }
    }
    return leases;
  }

  private static Lease lease(String repositoryId, Reservation reservation) {
    return new Lease(
        repositoryId,
        reservation.leaseExpireMicros(),
        new ExpireLeases.Expired(reservation.slot(), reservation.generation()));
  }

  private static <T> Optional<T> first(List<T> rows) {
    return rows.stream().findFirst();
  }
}
