package dev.holdfast.server.store.sqlite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.server.ledger.LedgerReads.ReservationsQuery;
import dev.holdfast.server.ledger.StoreRunner;
import dev.holdfast.server.ledger.books.ReleaseReason;
import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.rules.Apply;
import dev.holdfast.server.ledger.rules.Command;
import dev.holdfast.server.ledger.rules.CreateRepository;
import dev.holdfast.server.ledger.rules.EndRequest;
import dev.holdfast.server.ledger.rules.Outcome;
import dev.holdfast.server.ledger.rules.ReleaseSlot;
import dev.holdfast.server.ledger.rules.ReserveSlot;
import dev.holdfast.server.ledger.rules.Step;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which table a reservation stands in, and that nobody who reads can tell. */
class YoungReservationsTest {
  private static final String REPOSITORY = "default";
  private static final int ROOM = 4;

  @TempDir Path directory = Path.of("");

  private SqliteStore open() {
    return open(ROOM);
  }

  private SqliteStore open(int room) {
    return SqliteStore.open(directory.resolve("holdfast.db"), HistoryIndex.Room.DEFAULT, room);
  }

  private static Outcome run(SqliteStore store, Command command) {
    return StoreRunner.run(store, List.of(command), 1_000_000).get(0);
  }

  private static long reserve(SqliteStore store, int index) {
    Outcome outcome =
        run(store, new ReserveSlot(REPOSITORY, new Slot("request", index), 1, 0, "op"));
    return assertInstanceOf(Outcome.ReservationDone.class, outcome).reservation().generation();
  }

  private long rows(String table) throws SQLException {
    try (SqliteConnection connection = SqliteConnection.reader(directory.resolve("holdfast.db"))) {
      return connection.number("SELECT count(*) FROM " + table);
    }
  }

  private static List<Long> listed(SqliteStore store) {
    return store
        .reservations(new ReservationsQuery(REPOSITORY, null, null, null, 1000))
        .reservations()
        .stream()
        .map(reservation -> reservation.slot().slotIndex())
        .toList();
  }

  @Test
  void theOldestGoToTheLargeTable() throws SQLException {
    try (SqliteStore store = open()) {
      run(store, new CreateRepository(REPOSITORY, 1000));
      for (int i = 0; i < 10; i++) {
        reserve(store, i);
      }
      assertEquals(ROOM, rows("young_reservations"));
      assertEquals(6, rows("reservations"));
    }
    try (SqliteStore store = open()) {
      assertEquals(List.of(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L), listed(store));
      for (int i = 0; i < 10; i++) {
        Reservation found =
            Objects.requireNonNull(store.reservation(REPOSITORY, new Slot("request", i)));
        assertEquals(i + 2, found.generation());
      }
      assertEquals(List.of(), Objects.requireNonNull(store.recount(REPOSITORY)).problems());
    }
  }

  @Test
  void ofTooManyAtOnceOnlySomeAreYoungAndMoreThanThereIsRoomForGoSoon() throws SQLException {
    try (SqliteStore store = open(100)) {
      run(store, new CreateRepository(REPOSITORY, 1000));
      List<Step> steps = new ArrayList<>();
      for (int i = 0; i < 130; i++) {
        steps.add(new ReserveSlot(REPOSITORY, new Slot("request", i), 1, 0, "op"));
      }
      run(store, new Apply(REPOSITORY, steps, true));
      assertEquals(100, rows("young_reservations"));
      assertEquals(30, rows("reservations"));
    }
    try (SqliteStore store = open()) {
      reserve(store, 130);
      assertEquals(ROOM, rows("young_reservations"));
      assertEquals(131, listed(store).size());
      assertEquals(List.of(), Objects.requireNonNull(store.recount(REPOSITORY)).problems());
      assertInstanceOf(
          Outcome.SlotsReleaseDone.class, run(store, new EndRequest(REPOSITORY, "request", "end")));
      assertEquals(List.of(), listed(store));
    }
  }

  @Test
  void whatEndsYoungIsNeverWrittenToTheLargeTable() throws SQLException {
    try (SqliteStore store = open()) {
      run(store, new CreateRepository(REPOSITORY, 1000));
      for (int i = 0; i < 20; i++) {
        long generation = reserve(store, i);
        run(
            store,
            new ReleaseSlot(
                REPOSITORY, new Slot("request", i), generation, ReleaseReason.ATTEMPT_FAILED, ""));
      }
      assertEquals(0, rows("young_reservations"));
      assertEquals(0, rows("reservations"));
    }
  }

  @Test
  void whoReadsFindsAReservationWhereverItWentMeanwhile() throws SQLException {
    try (SqliteStore store = open()) {
      run(store, new CreateRepository(REPOSITORY, 1000));
      long young = reserve(store, 0);
      try (SqliteConnection reader = SqliteConnection.reader(directory.resolve("holdfast.db"))) {
        Slot slot = new Slot("request", 0);
        // As if it had been asked for when the slot had another reservation.
        assertTrue(SqliteReads.reservation(reader, REPOSITORY, slot, young + 7).isPresent());
        for (int i = 1; i <= ROOM; i++) {
          reserve(store, i);
        }
        assertEquals(1, rows("reservations"));
        assertTrue(SqliteReads.reservation(reader, REPOSITORY, slot, young).isPresent());
      }
    }
  }
}
