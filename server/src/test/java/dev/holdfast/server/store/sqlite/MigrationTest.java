package dev.holdfast.server.store.sqlite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.server.ledger.StoreRunner;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.rules.Outcome;
import dev.holdfast.server.ledger.rules.repositories.CreateRepository;
import dev.holdfast.server.ledger.rules.slots.ReserveSlot;
import dev.holdfast.server.store.Schema;
import dev.holdfast.server.store.sqlite.connection.SqliteConnection;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A database that this program left behind, and a version of the schema that comes after it. */
class MigrationTest {
  private static final String REPOSITORY = "default";
  private static final long NOW_MICROS = 1_795_180_000_000_000L;

  @TempDir Path directory = Path.of("");
  private Path database = Path.of("");

  @BeforeEach
  void leaveTwoReservationsBehind() {
    database = directory.resolve("holdfast.db");
    try (SqliteStore store = SqliteStore.open(database)) {
      List<Outcome> outcomes =
          StoreRunner.run(
              store,
              List.of(
                  new CreateRepository(REPOSITORY, 1000),
                  new ReserveSlot(REPOSITORY, new Slot("request", 0), 100, 0, ""),
                  new ReserveSlot(REPOSITORY, new Slot("request", 1), 50, 0, "")),
              NOW_MICROS);
      assertInstanceOf(Outcome.ReservationDone.class, outcomes.get(2));
    }
  }

  private static List<String> schema(SqliteConnection connection) throws SQLException {
    return SqliteConnection.rows(
        connection.prepared("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name"),
        row -> row.getString(1));
  }

  /** A version that only tests know, and whose effect on the data they know too. */
  private static Schema withNext() {
    return new Schema(SqliteSchema.class, List.of("schema-1.sql", "schema-next.sql"));
  }

  @Test
  void aMigratedSchemaEqualsAFreshOneAndKeepsTheData() throws SQLException {
    try (SqliteConnection migrated = SqliteConnection.writer(database);
        SqliteConnection fresh = SqliteConnection.writer(directory.resolve("fresh.db"))) {
      SqliteSchema.migrate(migrated, withNext());
      SqliteSchema.migrate(fresh, withNext());
      assertEquals(schema(fresh), schema(migrated));
      assertEquals(2, migrated.number("PRAGMA user_version"));
      assertEquals(2, migrated.number("SELECT count(*) FROM reservations WHERE note = 'before'"));
      assertEquals(150, migrated.number("SELECT sum(amount_bytes) FROM reservations"));
    }
  }

  @Test
  void aMigrationThatFailsLeavesTheVersionBefore() throws SQLException {
    Schema broken = new Schema(SqliteSchema.class, List.of("schema-1.sql", "schema-broken.sql"));
    try (SqliteConnection connection = SqliteConnection.writer(database)) {
      assertThrows(SQLException.class, () -> SqliteSchema.migrate(connection, broken));
      connection.rollBackOrClose();
    }
    try (SqliteConnection connection = SqliteConnection.writer(database);
        SqliteConnection fresh = SqliteConnection.writer(directory.resolve("fresh.db"))) {
      SqliteSchema.migrate(fresh, new Schema(SqliteSchema.class, List.of("schema-1.sql")));
      assertEquals(schema(fresh), schema(connection));
      assertEquals(1, connection.number("PRAGMA user_version"));
    }
  }

  @Test
  void aStoreOfANewerProgramIsRefused() throws SQLException {
    try (SqliteConnection connection = SqliteConnection.writer(database)) {
      connection.run("PRAGMA user_version = 99");
    }
    IllegalStateException refused =
        assertThrows(IllegalStateException.class, () -> SqliteStore.open(database));
    assertTrue(String.valueOf(refused.getMessage()).contains("schema version 99"));
    assertThatItIsNotVerified("run the program that wrote it, or a newer one");
  }

  @Test
  void aStoreOfAnOlderSchemaIsVerifiedAfterAStart() throws SQLException {
    try (SqliteConnection connection = SqliteConnection.writer(database)) {
      connection.run("PRAGMA user_version = 0");
    }
    assertThatItIsNotVerified("start 'serve' on it once, which migrates it, and verify it then");
  }

  private void assertThatItIsNotVerified(String whatToDo) {
    IllegalStateException refused =
        assertThrows(IllegalStateException.class, () -> SqliteStore.openForVerification(database));
    String message = String.valueOf(refused.getMessage());
    assertTrue(message.startsWith("the store has schema version "), message);
    assertTrue(message.endsWith("; " + whatToDo), message);
  }
}
