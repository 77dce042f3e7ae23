package dev.holdfast.server.store.postgresql;

import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.store.Schema;
import dev.holdfast.server.store.postgresql.connection.Flight;
import dev.holdfast.server.store.postgresql.connection.PostgresSettings;
import dev.holdfast.server.store.postgresql.connection.RowReader;
import dev.holdfast.server.store.postgresql.connection.Session;
import dev.holdfast.server.store.postgresql.connection.SqlErrors;
import dev.holdfast.server.store.postgresql.connection.SqlTexts;
import java.sql.SQLException;
import java.util.List;

/**
 * The schema of the database. Whichever server starts first migrates it, in one transaction; the
 * others wait for the lock of the version's row.
 */
final class PostgresSchema {
  private static final Schema SCHEMA = new Schema(PostgresSchema.class, List.of("schema-1.sql"));

  /** How often the creation of the first table is tried while other servers create it, too. */
  private static final int ATTEMPTS = 20;

  private static final String VERSION = "SELECT version FROM holdfast_schema WHERE one = 1";

  /** Columns of each table, to recognise tables of another program. */
  private static final List<String> TABLES =
      List.of(
          "SELECT first_revision, served_micros FROM ledger",
          "SELECT note, served_micros FROM served_notes",
          "SELECT server_id, last_seen_micros FROM servers",
          "SELECT duty, server_id, until_micros FROM duties",
          "SELECT repository_id, revision, last_version FROM repositories",
          "SELECT repository_id, slot_key, lease_expire_micros FROM reservations",
          "SELECT repository_id, last_revision, note, events FROM events",
          "SELECT repository_id, release_key, revision FROM releases",
          "SELECT repository_id, request_id, operation_id, asked FROM operations",
          "SELECT repository_id, offer_id, sold_bytes, min_price FROM offers",
          "SELECT repository_id, key, version, value FROM entries",
          "SELECT repository_id, batch_id, write_micros FROM batches");

  private PostgresSchema() {}

  /** Returns the version that this program needs. */
  static int version() {
    return SCHEMA.version();
  }

  /**
   * Migrates the database to this program's version.
   *
   * @throws StoreException if that is impossible, with a sentence that says what to do; nothing is
   *     left behind then
   */
  static void prepare(Session session, PostgresSettings settings) {
    try {
      if (stored(session) != SCHEMA.version()) {
        migrate(session, settings);
      }
      check(session);
    } catch (SQLException e) {
      throw SqlErrors.reading("prepare the database", e);
    }
  }

  /**
   * As {@link #prepare}, for a database that must have a ledger.
   *
   * @throws StoreException if it has none
   */
  static void prepareExisting(Session session, PostgresSettings settings) {
    try {
      if (stored(session) == 0) {
        throw StoreException.notApplied(
            "cannot use the database " + settings.url(),
            new IllegalStateException("there is no ledger in it; correct the URL"));
      }
    } catch (SQLException e) {
      throw SqlErrors.reading("look for a ledger", e);
    }
    prepare(session, settings);
  }

  /** Returns the version of the database; 0 if it has none. */
  static int stored(Session session) throws SQLException {
    try {
      List<Integer> found = session.list(VERSION, row -> row.getInt(1));
      return found.isEmpty() ? 0 : found.get(0);
    } catch (SQLException e) {
      if (SqlErrors.is(e, SqlErrors.UNDEFINED_TABLE)) {
        return 0;
      }
      if (SqlErrors.is(e, SqlErrors.UNDEFINED_COLUMN)) {
        throw foreign("a table holdfast_schema", e);
      }
      throw e;
    }
  }

  private static void migrate(Session session, PostgresSettings settings) throws SQLException {
    for (int attempt = 1; ; attempt++) {
      try {
        begin(session, settings);
        break;
      } catch (SQLException e) {
        session.rollBack();
        if (attempt == ATTEMPTS || !isRace(e)) {
          throw refusal(e);
        }
      }
    }
    try {
      int found = session.list(VERSION + " FOR UPDATE", row -> row.getInt(1)).get(0);
      for (String script : SCHEMA.scriptsFrom(found)) {
        session.update(script);
      }
      session.update("UPDATE holdfast_schema SET version = ? WHERE one = 1", SCHEMA.version());
      session.update(SqlTexts.COMMIT);
    } catch (IllegalStateException e) {
      session.rollBack();
      throw StoreException.notApplied("the database is of a newer Holdfast", e);
    } catch (SQLException e) {
      session.rollBack();
      throw refusal(e);
    }
  }

  /** Begins the transaction that migrates, and ensures that the row of the version exists. */
  private static void begin(Session session, PostgresSettings settings) throws SQLException {
    session.begin(settings).run();
    session.update(
        "CREATE TABLE IF NOT EXISTS holdfast_schema"
            + " (one integer PRIMARY KEY CHECK (one = 1), version integer NOT NULL)");
    session.update(
        "INSERT INTO holdfast_schema (one, version) VALUES (1, 0) ON CONFLICT (one) DO NOTHING");
  }

  /** Returns whether another server created the table at the same time. */
  private static boolean isRace(SQLException error) {
    return SqlErrors.is(
        error,
        SqlErrors.UNIQUE_VIOLATION,
        SqlErrors.DUPLICATE_TABLE,
        // The type of a table's rows is made first.
        SqlErrors.DUPLICATE_OBJECT,
        "40001",
        "40P01",
        "XX000");
  }

  /** Returns the error, unless there is a better sentence for it, which is thrown. */
  private static SQLException refusal(SQLException error) {
    if (SqlErrors.is(error, SqlErrors.DUPLICATE_TABLE, SqlErrors.UNDEFINED_COLUMN)) {
      throw foreign("a table that Holdfast needs", error);
    } else if (SqlErrors.is(error, SqlErrors.INSUFFICIENT_PRIVILEGE)) {
      throw StoreException.notApplied(
          "the role of the URL may not create tables; run GRANT CREATE ON SCHEMA public TO that"
              + " role, or let the owner of the database start Holdfast once",
          error);
    }
    return error;
  }

  private static StoreException foreign(String table, Exception cause) {
    return StoreException.notApplied(
        "the database has "
            + table
            + " of another program; create a database for Holdfast alone and name it in the URL",
        cause);
  }

  /** Requires the tables as this program knows them, and the right to read them. */
  private static void check(Session session) throws SQLException {
    Flight flight = session.flight();
    TABLES.forEach(query -> flight.query(query + " WHERE false", RowReader.NONE));
    try {
      flight.run();
    } catch (SQLException e) {
      if (SqlErrors.is(e, SqlErrors.UNDEFINED_TABLE, SqlErrors.UNDEFINED_COLUMN)) {
        throw foreign("tables", e);
      }
      throw e;
    }
  }
}
