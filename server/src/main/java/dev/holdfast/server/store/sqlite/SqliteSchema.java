package dev.holdfast.server.store.sqlite;

import dev.holdfast.server.store.Schema;
import dev.holdfast.server.store.sqlite.connection.SqliteConnection;
import dev.holdfast.server.store.sqlite.releases.ReleaseHashes;
import dev.holdfast.server.store.sqlite.rows.LedgerRow;
import java.sql.SQLException;
import java.util.List;

/** The schema of the database, whose version is SQLite's {@code user_version}. */
public final class SqliteSchema {
  private static final Schema SCHEMA = new Schema(SqliteSchema.class, List.of("schema-1.sql"));

  private SqliteSchema() {}

  /** Returns the newest version, which {@link #prepare} migrates to. */
  public static int version() {
    return SCHEMA.version();
  }

  /** Migrates a database to the newest schema, and assigns an identity if it has none. */
  public static void prepare(SqliteConnection writer) throws SQLException {
    migrate(writer, SCHEMA);
    LedgerRow.insertIfMissing(writer);
    ReleaseHashes.insertIfMissing(writer);
  }

  /**
   * Returns whether a database is empty.
   *
   * @throws IllegalStateException if a newer program wrote the database
   */
  public static boolean isFresh(SqliteConnection connection) throws SQLException {
    int found = (int) connection.number("PRAGMA user_version");
    return SCHEMA.scriptsFrom(found).size() == SCHEMA.version();
  }

  /** Migrates a database to the newest version of a schema. */
  static void migrate(SqliteConnection writer, Schema schema) throws SQLException {
    int found = (int) writer.number("PRAGMA user_version");
    for (String script : schema.scriptsFrom(found)) {
      found++;
      // One transaction a version: a crash leaves the store at one version or the next.
      writer.run("BEGIN IMMEDIATE;\n" + script + "\nPRAGMA user_version = " + found + ";\nCOMMIT;");
    }
  }

  /**
   * Requires that a database has the newest schema.
   *
   * @throws IllegalStateException if it has another version
   */
  public static void requireNewest(SqliteConnection connection) throws SQLException {
    long found = connection.number("PRAGMA user_version");
    if (found != SCHEMA.version()) {
      throw new IllegalStateException(
          "the store has schema version "
              + found
              + ", but this program verifies version "
              + SCHEMA.version()
              + (found < SCHEMA.version()
                  ? "; start 'serve' on it once, which migrates it, and verify it then"
                  : "; run the program that wrote it, or a newer one"));
    }
  }
}
