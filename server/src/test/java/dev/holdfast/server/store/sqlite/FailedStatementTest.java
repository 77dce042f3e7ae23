package dev.holdfast.server.store.sqlite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.holdfast.server.ledger.StoreRunner;
import dev.holdfast.server.ledger.books.ReleaseReason;
import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.ledger.rules.Command;
import dev.holdfast.server.ledger.rules.Outcome;
import dev.holdfast.server.ledger.rules.repositories.CreateRepository;
import dev.holdfast.server.ledger.rules.repositories.UpdateRepository;
import dev.holdfast.server.ledger.rules.slots.EndRequest;
import dev.holdfast.server.ledger.rules.slots.ReleaseSlot;
import dev.holdfast.server.ledger.rules.slots.ReserveSlot;
import dev.holdfast.server.store.sqlite.connection.SqliteConnection;
import dev.holdfast.server.store.sqlite.releases.ReleaseIndex;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A statement that fails takes its whole batch along, and leaves nothing for the next one. */
class FailedStatementTest {
  private static final String REPOSITORY = "default";
  private static final Slot BEFORE = new Slot("before", 0);
  private static final Slot REFUSED = new Slot("refused", 0);
  private static final Slot AFTER = new Slot("zafter", 0);

  @TempDir Path directory = Path.of("");

  private static Command reserve(Slot slot, long amountBytes) {
    return new ReserveSlot(REPOSITORY, slot, amountBytes, 0, "");
  }

  @ParameterizedTest
  @CsvSource({
    "DELETE ON reservations, 0",
    "INSERT ON reservations, 0",
    // While the oldest is moved.
    "INSERT ON reservations, 3",
    "INSERT ON repositories, 100",
    "INSERT ON operations, 100",
    "INSERT ON events, 100"
  })
  void leavesNothingBehind(String where, int youngRoom) throws SQLException {
    Path database = directory.resolve("holdfast.db");
    try (SqliteStore store = SqliteStore.open(database, ReleaseIndex.Limits.DEFAULT, youngRoom);
        SqliteConnection other = SqliteConnection.writer(database)) {
      StoreRunner.run(
          store,
          List.of(
              new CreateRepository(REPOSITORY, 1000),
              reserve(BEFORE, 100),
              reserve(new Slot("stays", 0), 5),
              reserve(new Slot("ends", 0), 1)),
          1);
      other.run("CREATE TRIGGER fails BEFORE " + where + " BEGIN SELECT RAISE(ABORT, 'x'); END");
      StoreException failure =
          assertThrows(
              StoreException.class,
              () ->
                  StoreRunner.run(
                      store,
                      List.of(
                          reserve(REFUSED, 500),
                          new UpdateRepository(REPOSITORY, 2000),
                          new ReleaseSlot(REPOSITORY, BEFORE, 0, ReleaseReason.ATTEMPT_FAILED, ""),
                          new EndRequest(REPOSITORY, "ends", "end")),
                      2));
      assertEquals(false, failure.outcomeUnknown());
      other.run("DROP TRIGGER fails");

      StoreRunner.run(store, List.of(reserve(AFTER, 10)), 3);
      assertNull(store.reservation(REPOSITORY, REFUSED));
      assertNotNull(store.reservation(REPOSITORY, BEFORE));
      assertEquals(5, Objects.requireNonNull(store.reservation(REPOSITORY, AFTER)).generation());
      assertEquals(List.of(), Objects.requireNonNull(store.recount(REPOSITORY)).problems());
      Repository repository = Objects.requireNonNull(store.repository(REPOSITORY));
      assertEquals(116, repository.reservedBytes());
      assertEquals(1000, repository.capacityBytes());
    }
  }

  /**
   * The rollback of the batch also removes the writes of the release index, which then writes them
   * again.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "INSERT ON release_partitions",
        "DELETE ON release_partitions",
        "INSERT ON release_filters",
        "DELETE ON release_filters",
        "INSERT ON release_runs",
        "DELETE ON release_runs"
      })
  void losesNoRelease(String where) throws SQLException {
    Path database = directory.resolve("holdfast.db");
    Map<ReleaseSlot, Outcome> released = new LinkedHashMap<>();
    try (SqliteStore store =
            SqliteStore.open(database, new ReleaseIndex.Limits(20, 600, Long.SIZE), 100);
        SqliteConnection other = SqliteConnection.writer(database)) {
      StoreRunner.run(store, List.of(new CreateRepository(REPOSITORY, 1000)), 1);
      for (int failures = 0; failures < 3; failures++) {
        other.run("CREATE TRIGGER fails BEFORE " + where + " BEGIN SELECT RAISE(ABORT, 'x'); END");
        assertThrows(
            StoreException.class,
            () -> {
              // Two runs of the second size, and all that comes before.
              for (int i = 0; i < 400; i++) {
                release(store, released);
              }
            });
        other.run("DROP TRIGGER fails");
        for (int i = 0; i < 50; i++) {
          release(store, released);
        }
      }
      released.forEach(
          (release, outcome) ->
              assertEquals(List.of(outcome), StoreRunner.run(store, List.of(release), 4)));
      assertEquals(List.of(), Objects.requireNonNull(store.recount(REPOSITORY)).problems());
    }
  }

  /** Reserves a slot and releases it. */
  private static void release(SqliteStore store, Map<ReleaseSlot, Outcome> released) {
    int number = released.size();
    Slot slot = new Slot("request-" + number, 0);
    StoreRunner.run(store, List.of(reserve(slot, 1)), 2);
    ReleaseSlot release =
        new ReleaseSlot(REPOSITORY, slot, 0, ReleaseReason.ATTEMPT_FAILED, "release-" + number);
    released.put(release, StoreRunner.run(store, List.of(release), 3).get(0));
  }
}
