package dev.holdfast.server.store.postgresql;

import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.store.postgresql.connection.Connections;
import dev.holdfast.server.store.postgresql.connection.OwnConnection;
import dev.holdfast.server.store.postgresql.connection.Session;
import dev.holdfast.server.store.postgresql.connection.SqlErrors;
import dev.holdfast.server.store.postgresql.connection.SqlTexts;
import java.sql.SQLException;

/**
 * Checks about once a second whether the database can be used. If another server has become the
 * database, connections to the old one are ended: it may hang, or answer from what it knew.
 */
final class Readiness {
  private static final String PROBE =
      "SELECT "
          + SqlTexts.NOW
          + ", current_setting('transaction_read_only') = 'on',"
          + " concat(host(inet_server_addr()), ':', inet_server_port()), "
          + MovedLedger.MARK;

  private final Connections connections;
  private final OwnConnection connection;
  private final EngineClock clock;
  private volatile String trouble = "";

  /** The address of the server that was the database at the last probe; empty if none was. */
  private volatile String server = "";

  Readiness(Connections connections, OwnConnection connection, EngineClock clock) {
    this.connections = connections;
    this.connection = connection;
    this.clock = clock;
  }

  /** Asks the database for its version, its clock and whether it can be written. */
  void probe() {
    try {
      trouble = connection.run(this::troubleOf);
    } catch (SQLException e) {
      trouble = "the database does not answer" + SqlErrors.hint(e) + ": " + e.getMessage();
    } catch (StoreException e) {
      trouble = String.valueOf(e.getMessage());
    }
  }

  private String troubleOf(Session session) throws SQLException {
    boolean[] readOnly = new boolean[1];
    String[] address = {""};
    String[] movedTo = {""};
    session
        .flight()
        .query(
            PROBE,
            row -> {
              clock.observe(row.getLong(1));
              readOnly[0] = row.getBoolean(2);
              address[0] = row.getString(3);
              movedTo[0] = row.getString(4);
            })
        .run();
    if (readOnly[0]) {
      return "the database is read-only: it is a standby, or was set so; connect to the primary, for"
          + " example with all hosts in the URL";
    }
    if (!server.isEmpty() && !server.equals(address[0])) {
      connections.endAllBut(session);
    }
    server = address[0];
    if (!movedTo[0].isEmpty()) {
      return MovedLedger.trouble(movedTo[0]);
    }
    int version = PostgresSchema.stored(session);
    return version == PostgresSchema.version()
        ? ""
        : "the database has schema version "
            + version
            + ", but this program needs version "
            + PostgresSchema.version()
            + "; run all servers with the newest program";
  }

  /** Returns the result of the last probe; empty if the database can be used. */
  String trouble() {
    return trouble;
  }
}
