package dev.holdfast.server.store.sqlite;

import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.store.codec.SlotKeys;
import dev.holdfast.server.store.sqlite.connection.DamageLog;
import dev.holdfast.server.store.sqlite.connection.SqliteConnection;
import dev.holdfast.server.store.sqlite.rows.RowMapper;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Changes the ends of the leases of all reservations. Recent reservations with a changed lease are
 * flushed.
 */
final class SqliteLeases {
  private static final int ROWS_PER_WRITE = 4096;

  private static final String LEASED = "SELECT " + RowMapper.RESERVATION + " FROM reservations";

  private static final DamageLog DAMAGE = new DamageLog();

  private final SqliteConnection connection;
  private final SqliteReservations reservations;

  SqliteLeases(SqliteConnection connection, SqliteReservations reservations) {
    this.connection = connection;
    this.reservations = reservations;
  }

  void adjust(long byMicros, long nowMicros, long graceMicros) throws SQLException {
    reservations.flushAll(
        recent -> {
          Reservation reservation = recent.reservation();
          return reservation.leaseExpireMicros() != 0
              && (byMicros != 0 || isOutOfBounds(reservation, nowMicros, graceMicros));
        });
    if (byMicros == 0) {
      adjustOutOfBounds(nowMicros, graceMicros);
    } else {
      adjustAll(byMicros, nowMicros, graceMicros);
    }
  }

  private record Row(long repository, Reservation reservation) {}

  /**
   * Adjusts only the leases that are out of bounds, because writing the table takes longer than
   * reading it.
   */
  private void adjustOutOfBounds(long nowMicros, long graceMicros) throws SQLException {
    PreparedStatement tooShort =
        connection.prepared(
            LEASED
                + " WHERE lease_expire_micros < ?1 + ?2"
                + " AND lease_expire_micros < ?1 + min(lease_micros, ?2)"
                + " ORDER BY lease_expire_micros");
    PreparedStatement tooLong =
        connection.prepared(
            LEASED
                + " WHERE lease_expire_micros > ?1 AND lease_expire_micros > ?1 + lease_micros"
                + " ORDER BY lease_expire_micros");
    tooShort.setLong(1, nowMicros);
    tooShort.setLong(2, graceMicros);
    tooLong.setLong(1, nowMicros);
    for (PreparedStatement query : List.of(tooShort, tooLong)) {
      List<Row> rows = firstRows(query);
      while (!rows.isEmpty()) {
        write(rows, 0, nowMicros, graceMicros);
        rows = firstRows(query);
      }
    }
  }

  private void adjustAll(long byMicros, long nowMicros, long graceMicros) throws SQLException {
    PreparedStatement query =
        connection.prepared(
            LEASED
                + " WHERE lease_expire_micros IS NOT NULL AND (repository, slot_key) > (?, ?)"
                + " ORDER BY repository, slot_key");
    long repository = 0;
    byte[] slotKey = {};
    List<Row> rows;
    do {
      query.setLong(1, repository);
      query.setBytes(2, slotKey);
      rows = firstRows(query);
      write(rows, byMicros, nowMicros, graceMicros);
      if (!rows.isEmpty()) {
        Row last = rows.get(rows.size() - 1);
        repository = last.repository();
        slotKey = SlotKeys.encode(last.reservation().slot());
      }
    } while (!rows.isEmpty());
  }

  /** Returns the first rows of a query. The leases of damaged rows are not changed. */
  private static List<Row> firstRows(PreparedStatement query) throws SQLException {
    List<Row> rows = new ArrayList<>();
    try (ResultSet row = query.executeQuery()) {
      while (rows.size() < ROWS_PER_WRITE && row.next()) {
        try {
          rows.add(new Row(row.getLong(1), RowMapper.reservation(row)));
        } catch (StoreException e) {
          DAMAGE.report(e);
        }
      }
    }
    return rows;
  }

  private void write(List<Row> rows, long byMicros, long nowMicros, long graceMicros)
      throws SQLException {
    PreparedStatement put =
        connection.prepared(
            "INSERT OR REPLACE INTO reservations ("
                + RowMapper.RESERVATION
                + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    for (Row row : rows) {
      Reservation reservation = row.reservation();
      long earliest = nowMicros + Math.min(reservation.leaseMicros(), graceMicros);
      long latest = nowMicros + reservation.leaseMicros();
      long expire = reservation.leaseExpireMicros() + byMicros;
      RowMapper.set(
          put,
          row.repository(),
          reservation.withLeaseEnding(Math.min(latest, Math.max(earliest, expire))));
      put.executeUpdate();
    }
  }

  private static boolean isOutOfBounds(Reservation reservation, long nowMicros, long graceMicros) {
    long leftMicros = reservation.leaseExpireMicros() - nowMicros;
    return leftMicros < Math.min(reservation.leaseMicros(), graceMicros)
        || leftMicros > reservation.leaseMicros();
  }
}
