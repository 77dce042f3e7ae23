package dev.holdfast.server.store.sqlite;

import dev.holdfast.server.ledger.books.Reservation;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/** Alters when leases end, of all reservations at once. Those that are altered get a row. */
final class SqliteLeases {
  private final SqliteConnection connection;
  private final SqliteReservations reservations;

  SqliteLeases(SqliteConnection connection, SqliteReservations reservations) {
    this.connection = connection;
    this.reservations = reservations;
  }

  void adjust(long byMicros, long nowMicros, long graceMicros) throws SQLException {
    reservations.settle(
        young -> {
          Reservation one = young.reservation();
          return one.leaseExpireMicros() != 0
              && (byMicros != 0 || isOutOfBounds(one, nowMicros, graceMicros));
        });
    if (byMicros != 0) {
      update(
          "UPDATE reservations SET lease_expire_micros = lease_expire_micros + ?1"
              + " WHERE lease_expire_micros IS NOT NULL",
          byMicros);
    }
    // What is right stays as it is: a table is longer in writing than in reading.
    update(
        "UPDATE reservations SET lease_expire_micros = ?1 + min(lease_micros, ?2)"
            + " WHERE lease_expire_micros < ?1 + ?2"
            + " AND lease_expire_micros < ?1 + min(lease_micros, ?2)",
        nowMicros,
        graceMicros);
    update(
        "UPDATE reservations SET lease_expire_micros = ?1 + lease_micros"
            + " WHERE lease_expire_micros > ?1 AND lease_expire_micros > ?1 + lease_micros",
        nowMicros);
  }

  private static boolean isOutOfBounds(Reservation one, long nowMicros, long graceMicros) {
    long leftMicros = one.leaseExpireMicros() - nowMicros;
    return leftMicros < Math.min(one.leaseMicros(), graceMicros) || leftMicros > one.leaseMicros();
  }

  private void update(String sql, long... arguments) throws SQLException {
    PreparedStatement update = connection.prepared(sql);
    for (int i = 0; i < arguments.length; i++) {
      update.setLong(i + 1, arguments[i]);
    }
    update.executeUpdate();
  }
}
