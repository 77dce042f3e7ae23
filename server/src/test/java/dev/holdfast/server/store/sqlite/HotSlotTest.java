package dev.holdfast.server.store.sqlite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.server.ledger.StoreRunner;
import dev.holdfast.server.ledger.books.ReleaseReason;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.rules.Command;
import dev.holdfast.server.ledger.rules.Outcome;
import dev.holdfast.server.ledger.rules.Rejection;
import dev.holdfast.server.ledger.rules.repositories.CreateRepository;
import dev.holdfast.server.ledger.rules.slots.Apply;
import dev.holdfast.server.ledger.rules.slots.ReleaseSlot;
import dev.holdfast.server.ledger.rules.slots.ReserveSlot;
import dev.holdfast.server.ledger.rules.slots.Step;
import dev.holdfast.server.store.sqlite.connection.SqliteConnection;
import dev.holdfast.server.store.sqlite.releases.ReleaseIndex;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One slot that was reserved and released very often. */
class HotSlotTest {
  private static final String REPOSITORY = "default";
  private static final Slot SLOT = new Slot("request", 0);
  private static final int ROUNDS = 100_000;
  private static final int ROUNDS_AN_APPLY = 5000;

  @TempDir Path directory = Path.of("");

  private Path database() {
    return directory.resolve("holdfast.db");
  }

  private static Step reserve(int round) {
    return new ReserveSlot(REPOSITORY, SLOT, 1, 0, "reserve " + round);
  }

  /** The repository's first revision is its creation. */
  private static long generation(int round) {
    return 2 + 2L * round;
  }

  private static Step release(int round) {
    return new ReleaseSlot(
        REPOSITORY, SLOT, generation(round), ReleaseReason.ATTEMPT_FAILED, "release " + round);
  }

  private static Outcome send(SqliteStore store, Command command) {
    return StoreRunner.run(store, List.of(command), 1).get(0);
  }

  private static void use(SqliteStore store) {
    send(store, new CreateRepository(REPOSITORY, 10));
    for (int round = 0; round < ROUNDS; round += ROUNDS_AN_APPLY) {
      List<Step> steps = new ArrayList<>();
      for (int i = round; i < round + ROUNDS_AN_APPLY; i++) {
        steps.add(reserve(i));
        steps.add(release(i));
      }
      assertInstanceOf(Outcome.ApplyDone.class, send(store, new Apply(REPOSITORY, steps, true)));
    }
  }

  /** Makes all chunks with releases unreadable but those with the releases of these rounds. */
  private void spoilAllBut(int... rounds) throws SQLException {
    StringBuilder kept = new StringBuilder("0");
    for (int round : rounds) {
      kept.append(" OR ")
          .append(generation(round) + 1)
          .append(" BETWEEN first_revision AND last_revision");
    }
    try (SqliteConnection connection = SqliteConnection.writer(database())) {
      connection.run(
          "UPDATE events SET events = x'00' WHERE index_entries IS NOT NULL AND NOT ("
              + kept
              + ")");
      assertEquals(
          rounds.length,
          connection.number(
              "SELECT count(*) FROM events WHERE index_entries IS NOT NULL AND events <> x'00'"));
    }
  }

  /** Measures the cost in chunks of events: the test corrupts all chunks that must not be read. */
  @Test
  void whatASlotCostsDoesNotDependOnHowOftenItWasUsed() throws SQLException {
    SqliteStore.open(database()).close();
    try (SqliteStore store = SqliteStore.open(database())) {
      use(store);
    }
    spoilAllBut(7, 50_000, ROUNDS - 1);
    try (SqliteStore store = SqliteStore.open(database())) {
      assertInstanceOf(Outcome.ReservationDone.class, send(store, reserve(ROUNDS)));
      var released = assertInstanceOf(Outcome.SlotReleaseDone.class, send(store, release(ROUNDS)));
      assertEquals(1, released.releasedBytes());
      for (int round : new int[] {7, 50_000, ROUNDS - 1}) {
        Rejection late = assertInstanceOf(Rejection.class, send(store, reserve(round)));
        assertEquals(Rejection.Reason.RESERVATION_RELEASED, late.reason());
        assertEquals(Long.toString(generation(round)), late.facts().get("generation"));
        var again = assertInstanceOf(Outcome.SlotReleaseDone.class, send(store, release(round)));
        assertTrue(!again.alreadyReleased());
      }
      // The test can fail: this one's chunk is spoiled.
      assertThrows(RuntimeException.class, () -> send(store, reserve(20_000)));
    }
  }

  @Test
  void theIndexTakesALittleForEachUse() throws SQLException {
    try (SqliteStore store = SqliteStore.open(database())) {
      use(store);
    }
    try (SqliteConnection connection = SqliteConnection.writer(database())) {
      ReleaseIndex index = ReleaseIndex.load(connection, ReleaseIndex.Limits.DEFAULT);
      List<Long> found = new ArrayList<>();
      index.find(connection, index.hashes().ofSlot(1, SLOT), found::add);
      long runs = connection.number("SELECT count(*) FROM release_runs WHERE in_use = 1");
      assertTrue(found.size() <= runs + 1, "entries of the slot: " + found.size());
      index.find(connection, index.hashes().ofGeneration(1, SLOT, generation(7)), found::add);
      long bytes = connection.number("SELECT sum(length(index_entries)) FROM events");
      assertTrue(bytes <= 4L * 16 * ROUNDS, "bytes: " + bytes);
    }
  }
}
