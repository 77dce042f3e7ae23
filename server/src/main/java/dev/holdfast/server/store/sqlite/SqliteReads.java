package dev.holdfast.server.store.sqlite;

import dev.holdfast.server.ledger.LedgerReads.ReservationsPage;
import dev.holdfast.server.ledger.LedgerReads.ReservationsQuery;
import dev.holdfast.server.ledger.StoreException;
import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.books.Slot;
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

/** The queries beside the queue of changes. */
final class SqliteReads {
  private static final DamageLog DAMAGE = new DamageLog();

  /** A page looks at no more rows than this, however few of them it is asked for. */
  private static final int ROWS_A_PAGE = 20_000;

  private static final long NO_REPOSITORY = 0;

  private SqliteReads() {}

  static Optional<Repository> repository(SqliteConnection connection, String repositoryId)
      throws SQLException {
    return known(connection, repositoryId).map(RowMapper.Known::repository);
  }

  /** Returns a repository that exists, with its number. */
  static Optional<RowMapper.Known> known(SqliteConnection connection, String repositoryId)
      throws SQLException {
    PreparedStatement query =
        connection.prepared(RowMapper.REPOSITORIES + " WHERE repository_id = ?");
    query.setString(1, repositoryId);
    return firstOf(SqliteConnection.rows(query, RowMapper::repository))
        .filter(known -> !known.repository().deleted());
  }

  /** The short name that a repository has in the other tables; one that none has for none. */
  static long number(SqliteConnection connection, String repositoryId) throws SQLException {
    PreparedStatement query =
        connection.prepared(
            "SELECT " + RowMapper.REPOSITORY + " FROM repositories WHERE repository_id = ?");
    query.setString(1, repositoryId);
    return firstOf(SqliteConnection.rows(query, RowMapper::repository))
        .filter(known -> !known.repository().deleted())
        .map(RowMapper.Known::number)
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
    Optional<MemtableEntry> one =
        memtable.readAtSnapshot(
            connection, all -> Optional.ofNullable(all.get(repositoryId, slot)));
    if (one.isPresent()) {
      return one.map(MemtableEntry::reservation);
    }
    PreparedStatement query =
        connection.prepared(
            "SELECT "
                + RowMapper.RESERVATION
                + " FROM reservations WHERE repository = ? AND slot_key = ?");
    query.setLong(1, number(connection, repositoryId));
    query.setBytes(2, SlotKeys.encode(slot));
    return firstOf(SqliteConnection.rows(query, RowMapper::reservation));
  }

  static ReservationsPage reservations(
      SqliteConnection connection, Memtable memtable, ReservationsQuery asked) throws SQLException {
    String requestId = asked.requestId();
    List<Reservation> recentOnes =
        memtable.readAtSnapshot(
            connection,
            all ->
                requestId == null
                    ? all.ofRepository(asked.repositoryId())
                    : all.ofRequest(asked.repositoryId(), requestId));
    recentOnes.removeIf(one -> asked.after() != null && one.slot().compareTo(asked.after()) <= 0);
    byte[] from = requestId == null ? new byte[0] : SlotKeys.encodeRequest(requestId);
    byte[] to = requestId == null ? new byte[] {(byte) 0xff} : SlotKeys.behindRequest(requestId);
    PreparedStatement query =
        connection.prepared(
            "SELECT "
                + RowMapper.RESERVATION
                + " FROM reservations WHERE repository = ? AND slot_key > ? AND slot_key < ?"
                + " ORDER BY slot_key LIMIT ?");
    query.setLong(1, number(connection, asked.repositoryId()));
    query.setBytes(2, asked.after() == null ? from : SlotKeys.encode(asked.after()));
    query.setBytes(3, to);
    query.setInt(4, ROWS_A_PAGE);
    List<Reservation> found = new ArrayList<>();
    try (MergedReservationCursor living = new MergedReservationCursor(query, recentOnes)) {
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
      SqliteConnection connection, Memtable memtable, long nowMicros, int limit)
      throws SQLException {
    List<Lease> leases = new ArrayList<>();
    memtable
        .readAtSnapshot(
            connection, all -> all.matching(one -> one.reservation().leaseExpired(nowMicros)))
        .forEach((owner, one) -> leases.add(lease(owner.repositoryId(), one.reservation())));
    leases.addAll(expiredRows(connection, nowMicros, limit));
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

  /** Of rows that are damaged the leases do not end: nobody knows whose they are. */
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
          DAMAGE.tell(e);
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

  private static <T> Optional<T> firstOf(List<T> rows) {
    return rows.stream().findFirst();
  }
}
