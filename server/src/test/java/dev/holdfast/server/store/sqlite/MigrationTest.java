package dev.holdfast.server.store.sqlite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.server.ledger.StoreRunner;
import dev.holdfast.server.ledger.books.Change;
import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.books.ReleaseReason;
import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.rules.Command;
import dev.holdfast.server.ledger.rules.CreateRepository;
import dev.holdfast.server.ledger.rules.EndRequest;
import dev.holdfast.server.ledger.rules.FillSlot;
import dev.holdfast.server.ledger.rules.Outcome;
import dev.holdfast.server.ledger.rules.Outcome.ReservationDone;
import dev.holdfast.server.ledger.rules.Rejection;
import dev.holdfast.server.ledger.rules.ReleaseSlot;
import dev.holdfast.server.ledger.rules.ReserveSlot;
import dev.holdfast.server.ledger.rules.ReserveUnassigned;
import dev.holdfast.server.store.EventLog;
import dev.holdfast.server.store.Schema;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A database that the first schema left behind, and what comes after it. */
class MigrationTest {
  private static final String REPOSITORY = "default";
  private static final String HASH = "0x" + "ab".repeat(32);
  private static final Slot FILLED = new Slot(HASH, 0);
  private static final Slot RELEASED = new Slot("readable", -1);
  private static final long NOW_MICROS = 1_795_180_000_000_000L;

  @TempDir Path directory = Path.of("");
  private Path database = Path.of("");

  @BeforeEach
  void restoreFirstSchema() throws IOException, SQLException {
    database = directory.resolve("holdfast.db");
    try (InputStream in =
            Objects.requireNonNull(MigrationTest.class.getResourceAsStream("first-schema.sql"));
        SqliteConnection connection = SqliteConnection.writer(database)) {
      connection.run(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  private static Outcome run(SqliteStore store, Command command) {
    return StoreRunner.run(store, List.of(command), NOW_MICROS).get(0);
  }

  @Test
  void todaysProgramKnowsAllThatTheFirstSchemaHolds() {
    try (SqliteStore store = SqliteStore.open(database)) {
      assertEquals(List.of(), Objects.requireNonNull(store.recount(REPOSITORY)).problems());
      assertEquals(157, Objects.requireNonNull(store.repository(REPOSITORY)).reservedBytes());
      assertTrue(Objects.requireNonNull(store.reservation(REPOSITORY, FILLED)).filled());

      ReservationDone filled =
          assertInstanceOf(
              ReservationDone.class,
              run(store, new ReserveSlot(REPOSITORY, FILLED, 100, 0, "reserve-filled")));
      assertEquals(2, filled.reservation().generation());
      assertInstanceOf(
          ReservationDone.class, run(store, new FillSlot(REPOSITORY, FILLED, 2, "fill")));

      Rejection late =
          assertInstanceOf(
              Rejection.class,
              run(store, new ReserveSlot(REPOSITORY, RELEASED, 30, 0, "reserve-released")));
      assertEquals(Rejection.Reason.RESERVATION_RELEASED, late.reason());
      assertEquals(
          new Outcome.SlotReleaseDone(30, 843, false),
          run(
              store,
              new ReleaseSlot(REPOSITORY, RELEASED, 5, ReleaseReason.ATTEMPT_FAILED, "release")));
      assertEquals(
          new Outcome.SlotsReleaseDone(1, 20, 843),
          run(store, new EndRequest(REPOSITORY, "ended", "end")));
      assertInstanceOf(
          Outcome.RepositoryDone.class,
          run(store, new ReserveUnassigned(REPOSITORY, 7, "unassigned")));
      assertEquals(10, Objects.requireNonNull(store.repository(REPOSITORY)).revision());

      Outcome again = run(store, new CreateRepository("gone", 5));
      assertEquals(
          3, assertInstanceOf(Outcome.RepositoryDone.class, again).repository().revision());
    }
  }

  private static List<String> schema(SqliteConnection connection) throws SQLException {
    return SqliteConnection.rows(
        connection.prepared("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name"),
        row -> row.getString(1));
  }

  /** A version that only tests know, and whose effect on the data they know too. */
  private static Schema withNext() {
    return new Schema(SqliteStore.class, List.of("schema-1.sql", "schema-next.sql"));
  }

  @Test
  void aMigratedSchemaEqualsAFreshOneAndKeepsTheData() throws SQLException {
    try (SqliteConnection migrated = SqliteConnection.writer(database);
        SqliteConnection fresh = SqliteConnection.writer(directory.resolve("fresh.db"))) {
      SqliteStore.migrate(migrated, withNext());
      SqliteStore.migrate(fresh, withNext());
      assertEquals(schema(fresh), schema(migrated));
      assertEquals(2, migrated.number("PRAGMA user_version"));
      assertEquals(
          2, migrated.number("SELECT count(*) FROM reservations WHERE offer_id = 'before'"));
    }
  }

  @Test
  void soDoTheVersionsThatWereReleased() throws SQLException {
    Path other = directory.resolve("fresh.db");
    SqliteStore.open(database).close();
    SqliteStore.open(other).close();
    try (SqliteConnection migrated = SqliteConnection.writer(database);
        SqliteConnection fresh = SqliteConnection.writer(other)) {
      assertEquals(schema(fresh), schema(migrated));
      assertEquals(fresh.number("PRAGMA user_version"), migrated.number("PRAGMA user_version"));
    }
  }

  @Test
  void youngReservationsOfTheFifthSchemaGetRows() throws SQLException {
    Path fifth = directory.resolve("fifth.db");
    Slot slot = new Slot(HASH, 7);
    Reservation leased =
        new Reservation(slot, 30, 2, 1000, 50, 9050, "reserve", Reservation.Fill.NONE, "offer");
    Reservation filled =
        new Reservation(
            FILLED, 40, 3, 2000, 0, 0, "", new Reservation.Fill(4, 3000, "fill", true), "");
    Event told = new Event(2, 1000, 930, new Change.SlotReserved(leased));
    try (SqliteConnection connection = SqliteConnection.writer(fifth)) {
      SqliteStore.migrate(
          connection,
          new Schema(
              SqliteStore.class,
              List.of(
                  "schema-1.sql", "schema-2.sql", "schema-3.sql", "schema-4.sql", "schema-5.sql")));
      connection.run(
          "INSERT INTO repositories VALUES (5, 'default', 1000, 70, 0, 2, 4, 1, 1, 0);"
              + " INSERT INTO offers (repository, offer_id, sold_bytes) VALUES (5, 'offer', 30)");
      for (Reservation young : List.of(leased, filled)) {
        PreparedStatement insert =
            connection.prepared(
                "INSERT INTO young_reservations (repository, "
                    + Rows.RESERVATION
                    + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
        Rows.set(insert, 5, young);
        insert.executeUpdate();
      }
      PreparedStatement event =
          connection.prepared("INSERT INTO events VALUES (9, 5, 2, 4, 1000, ?)");
      event.setBytes(1, EventLog.encode(List.of(told, told, told)));
      event.executeUpdate();
    }
    try (SqliteStore store = SqliteStore.open(fifth)) {
      assertEquals(leased, store.reservation(REPOSITORY, slot));
      assertEquals(filled, store.reservation(REPOSITORY, FILLED));
      assertEquals(List.of(), Objects.requireNonNull(store.recount(REPOSITORY)).problems());
      assertEquals(new YoungReservations.Mark(9, 0), store.young().since());
    }
  }

  @Test
  void theFirstSchemaIsStillWhatItWas() throws SQLException {
    try (SqliteConnection first = SqliteConnection.writer(database);
        SqliteConnection fresh = SqliteConnection.writer(directory.resolve("fresh.db"))) {
      SqliteStore.migrate(fresh, new Schema(SqliteStore.class, List.of("schema-1.sql")));
      assertEquals(schema(first), schema(fresh));
    }
  }

  @Test
  void aMigrationThatFailsLeavesTheVersionBefore() throws SQLException {
    Schema broken = new Schema(SqliteStore.class, List.of("schema-1.sql", "schema-broken.sql"));
    try (SqliteConnection connection = SqliteConnection.writer(database)) {
      List<String> before = schema(connection);
      assertThrows(SQLException.class, () -> SqliteStore.migrate(connection, broken));
      connection.rollBackOrClose();
      assertEquals(before, schema(connection));
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
    assertThrows(IllegalStateException.class, () -> SqliteStore.openAsItIs(database));
  }
}
