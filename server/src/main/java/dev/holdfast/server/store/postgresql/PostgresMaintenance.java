package dev.holdfast.server.store.postgresql;

import dev.holdfast.server.ledger.engine.Maintenance;
import dev.holdfast.server.store.postgresql.connection.Flight;
import dev.holdfast.server.store.postgresql.connection.OwnConnection;
import dev.holdfast.server.store.postgresql.connection.PostgresSettings;
import dev.holdfast.server.store.postgresql.connection.Session;
import dev.holdfast.server.store.postgresql.connection.SqlErrors;
import dev.holdfast.server.store.postgresql.connection.SqlTexts;
import dev.holdfast.server.store.postgresql.rows.BatchRows;
import dev.holdfast.server.store.postgresql.rows.RepositoryRows;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;

/** The housekeeping of the servers on a database, by the clock of the database. */
final class PostgresMaintenance implements Maintenance {
  private static final long MICROS_PER_SECOND = 1_000_000;

  /** Without a sign of life for so long, leases could not be renewed. */
  private static final long GAP_MICROS = 2 * MICROS_PER_SECOND;

  private static final long HOUR_MICROS = 3600 * MICROS_PER_SECOND;

  /** Old rows are dropped once in so many calls of {@link #tend}. */
  private static final int TENDS_PER_CLEANUP = 60;

  private static final Map<Duty, Long> DUTY_MICROS =
      Map.of(Duty.SWEEP_LEASES, 2 * MICROS_PER_SECOND, Duty.PURGE, 120 * MICROS_PER_SECOND);

  private static final String ALIVE =
      "(SELECT max(last_seen_micros) FROM servers) > " + SqlTexts.NOW + " - ?";

  private static final String HEARTBEAT =
      "UPDATE servers SET last_seen_micros = " + SqlTexts.NOW + " WHERE server_id = ? AND " + ALIVE;

  private static final String REGISTER =
      "INSERT INTO servers (server_id, last_seen_micros) VALUES (?, "
          + SqlTexts.NOW
          + ") ON CONFLICT (server_id) DO UPDATE"
          + " SET last_seen_micros = excluded.last_seen_micros";

  private static final String ACQUIRE =
      "INSERT INTO duties (duty, server_id, until_micros) VALUES (?, ?, "
          + SqlTexts.NOW
          + " + ?) ON CONFLICT (duty) DO UPDATE SET server_id = excluded.server_id,"
          + " until_micros = excluded.until_micros WHERE duties.server_id = excluded.server_id"
          + " OR duties.until_micros < "
          + SqlTexts.NOW;

  static final String LEASED =
      "SELECT DISTINCT repository_id FROM reservations WHERE lease_expire_micros > 0"
          + " ORDER BY repository_id";

  private static final String ADJUST_LEASES =
      "UPDATE reservations SET lease_expire_micros ="
          + " least(greatest(lease_expire_micros + ?, ? + least(?, lease_micros)),"
          + " ? + lease_micros) WHERE repository_id = ? AND lease_expire_micros > 0";

  /** Repositories of one flight. */
  private static final int REPOSITORIES_PER_FLIGHT = 100;

  private final OwnConnection signsOfLife;
  private final OwnConnection housekeeping;
  private final PostgresSettings settings;
  private final UUID serverId = UUID.randomUUID();
  private final PostgresPurge purge;
  private long graceMicros;
  private boolean graceKnown;
  private int tends;

  /**
   * Makes the housekeeping of a server that nobody knows yet.
   *
   * @param signsOfLife the connection for signs of life and duties
   * @param housekeeping the connection for what takes longer
   */
  PostgresMaintenance(
      OwnConnection signsOfLife, OwnConnection housekeeping, PostgresSettings settings) {
    this.signsOfLife = signsOfLife;
    this.housekeeping = housekeeping;
    this.settings = settings;
    this.purge = new PostgresPurge(settings);
  }

  /**
   * Tells the other servers that this one lives. After a time in which no server lived, only {@link
   * #adjustLeases} does so: leases could not be renewed, and must not end before it.
   */
  @Override
  public synchronized void tend() {
    boolean alive =
        run(
                signsOfLife,
                "tell that this server lives",
                session -> session.update(HEARTBEAT, serverId, GAP_MICROS))
            > 0;
    if (!alive && graceKnown) {
      adjustLeases(0, 0, graceMicros);
    }
    if (tends++ % TENDS_PER_CLEANUP == 0) {
      run(housekeeping, "drop old rows", PostgresMaintenance::cleanUp);
    }
  }

  private static boolean cleanUp(Session session) throws SQLException {
    long now = session.list("SELECT " + SqlTexts.NOW, row -> row.getLong(1)).get(0);
    int unused =
        session.update("DELETE FROM servers WHERE last_seen_micros < ?", now - HOUR_MICROS);
    BatchRows.purge(session, now - HOUR_MICROS);
    return true;
  }

  @Override
  public boolean acquire(Duty duty) {
    Long micros = DUTY_MICROS.getOrDefault(duty, GAP_MICROS);
    return run(
            signsOfLife,
            "take over a duty",
            session ->
                session.update(ACQUIRE, duty.name().toLowerCase(Locale.ROOT), serverId, micros))
        > 0;
  }

  @Override
  public synchronized void adjustLeases(long byMicros, long nowMicros, long grace) {
    graceKnown |= grace > 0;
    graceMicros = Math.max(graceMicros, grace);
    run(housekeeping, "extend leases", session -> adjust(session, byMicros, grace));
  }

  private boolean adjust(Session session, long byMicros, long grace) throws SQLException {
    long[] now = new long[1];
    boolean[] alive = new boolean[1];
    session
        .begin(settings)
        // Of servers that start together, one extends the leases; the others find it alive.
        .query("SELECT one FROM ledger WHERE one = 1 FOR UPDATE", row -> {})
        .query(
            "SELECT " + SqlTexts.NOW + ", coalesce(" + ALIVE + ", false)",
            row -> {
              now[0] = row.getLong(1);
              alive[0] = row.getBoolean(2);
            },
            GAP_MICROS)
        .run();
    if (!alive[0]) {
      session.flight().add(SqlTexts.UNBOUNDED_COMMIT).run();
      List<String> ids = session.list(LEASED, row -> row.getString(1));
      for (int from = 0; from < ids.size(); from += REPOSITORIES_PER_FLIGHT) {
        Flight flight = session.flight();
        // Always in the same order, each on its own: several machines lock no common statement.
        for (String id : ids.subList(from, Math.min(ids.size(), from + REPOSITORIES_PER_FLIGHT))) {
          flight
              .query(RepositoryRows.LOCK, row -> {}, id)
              .add(ADJUST_LEASES, byMicros, now[0], grace, now[0], id);
        }
        flight.run();
      }
    }
    session.flight().add(REGISTER, serverId).add(SqlTexts.COMMIT).run();
    return alive[0];
  }

  @Override
  public int purge(ServedNote served, long beforeMicros, int limit) {
    return run(housekeeping, "purge", session -> purge.purge(session, served, beforeMicros, limit));
  }

  private static <T> T run(OwnConnection connection, String action, Session.Reads<T> work) {
    try {
      return connection.run(work);
    } catch (SQLException e) {
      throw SqlErrors.beforeCommit(action, e);
    }
  }
}
