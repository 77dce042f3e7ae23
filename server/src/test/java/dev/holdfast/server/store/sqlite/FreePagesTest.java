package dev.holdfast.server.store.sqlite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.server.ledger.Ledger;
import dev.holdfast.server.ledger.NotedWatch;
import dev.holdfast.server.ledger.Retention;
import dev.holdfast.server.ledger.StandingClock;
import dev.holdfast.server.ledger.StoreRunner;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.rules.Command;
import dev.holdfast.server.ledger.rules.Outcome;
import dev.holdfast.server.ledger.rules.repositories.CreateRepository;
import dev.holdfast.server.ledger.rules.slots.EndRequest;
import dev.holdfast.server.ledger.rules.slots.ReserveSlot;
import dev.holdfast.server.store.sqlite.connection.SqliteConnection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Room on the disk that was needed once and is not needed any more. */
class FreePagesTest {
  private static final String REPOSITORY = "default";
  private static final int REQUESTS = 100;
  private static final int SLOTS_A_REQUEST = 500;

  @TempDir Path directory = Path.of("");

  private Path database() {
    return directory.resolve("holdfast.db");
  }

  private long number(String pragma) throws SQLException {
    try (SqliteConnection connection = SqliteConnection.reader(database())) {
      return connection.number("PRAGMA " + pragma);
    }
  }

  /** Reserves much, and releases all of it but for one request. */
  private static void fillAndEmpty(SqliteStore store) {
    StoreRunner.run(store, List.of(new CreateRepository(REPOSITORY, Long.MAX_VALUE)), 1);
    for (int request = 0; request < REQUESTS; request++) {
      List<Command> batch = new ArrayList<>();
      for (int i = 0; i < SLOTS_A_REQUEST; i++) {
        batch.add(new ReserveSlot(REPOSITORY, new Slot("request " + request, i), 1, 0, "op"));
      }
      StoreRunner.run(store, batch, 1);
    }
    for (int request = 1; request < REQUESTS; request++) {
      Outcome ended =
          StoreRunner.run(
                  store, List.of(new EndRequest(REPOSITORY, "request " + request, "end")), 1)
              .get(0);
      assertInstanceOf(Outcome.SlotsReleaseDone.class, ended);
    }
  }

  /** Purges, and returns how many transactions it took to reclaim the space. */
  private static int forgetAndGiveBack(SqliteStore store) {
    assertEquals(REQUESTS * SLOTS_A_REQUEST * 2 - SLOTS_A_REQUEST + 1, StoreRunner.purge(store, 2));
    int transactions = 0;
    while (store.maintenance().reclaimSpace() > 0) {
      transactions++;
    }
    return transactions;
  }

  @Test
  void whatIsForgottenLeavesTheFileShorter() throws SQLException, IOException {
    try (SqliteStore store = SqliteStore.open(database())) {
      fillAndEmpty(store);
    }
    long full = Files.size(database());
    try (SqliteStore store = SqliteStore.open(database())) {
      assertTrue(forgetAndGiveBack(store) > 2, "given back at once, and callers wait");
      assertEquals(List.of(), store.damage());
      assertEquals(
          SLOTS_A_REQUEST,
          Objects.requireNonNull(store.repository(REPOSITORY)).reservationCount(),
          "what still lives");
    }
    long used = number("page_count") - number("freelist_count");
    assertTrue(number("freelist_count") <= Math.max(256, used / 4), "free pages are kept");
    assertTrue(
        Files.size(database()) < full / 2, Files.size(database()) + " of " + full + " bytes");
  }

  @Test
  void whoeverForgetsGivesBackToo() throws SQLException {
    try (SqliteStore store = SqliteStore.open(database())) {
      fillAndEmpty(store);
      long before = number("page_count");
      AtomicLong nowMicros = new AtomicLong(1);
      StandingClock clock = new StandingClock(nowMicros);
      try (Ledger ledger = new Ledger(store, clock, 1000, new NotedWatch())) {
        ledger.start();
        Retention retention = new Retention(ledger, Duration.ofSeconds(1));
        nowMicros.set(10_000_000);
        retention.run();
      }
      assertTrue(number("page_count") < before / 2, number("page_count") + " of " + before);
    }
  }

  @Test
  void aDatabaseThatWasNotMadeForItForgetsAllTheSame() throws SQLException {
    try (SqliteStore store = SqliteStore.open(database())) {
      fillAndEmpty(store);
    }
    try (SqliteConnection writer = SqliteConnection.writer(database())) {
      writer.run("PRAGMA journal_mode = DELETE; PRAGMA auto_vacuum = NONE; VACUUM");
    }
    assertEquals(0, number("auto_vacuum"));
    long pages = number("page_count");
    try (SqliteStore store = SqliteStore.open(database())) {
      assertEquals(0, forgetAndGiveBack(store));
    }
    assertTrue(number("page_count") >= pages, "pages");
    assertTrue(number("freelist_count") > pages / 2, "free pages");
  }
}
