package dev.holdfast.server.store.sqlite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.server.ledger.Ledger;
import dev.holdfast.server.ledger.NotedWatch;
import dev.holdfast.server.ledger.StoreRunner;
import dev.holdfast.server.ledger.books.ReleaseReason;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.engine.EventsQuery;
import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.ledger.rules.Command;
import dev.holdfast.server.ledger.rules.Outcome;
import dev.holdfast.server.ledger.rules.Rejection;
import dev.holdfast.server.ledger.rules.repositories.CreateRepository;
import dev.holdfast.server.ledger.rules.slots.FillSlot;
import dev.holdfast.server.ledger.rules.slots.ReleaseSlot;
import dev.holdfast.server.ledger.rules.slots.ReserveSlot;
import dev.holdfast.server.store.sqlite.connection.SqliteConnection;
import dev.holdfast.server.store.sqlite.releases.ReleaseIndex;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A row that is damaged is told of, and stops nobody who does not need it. */
class DamagedRowTest {
  private static final String REPOSITORY = "default";

  @TempDir Path directory = Path.of("");

  private SqliteStore open() {
    return SqliteStore.open(database(), new ReleaseIndex.Limits(20, 600, Long.SIZE), 0);
  }

  private Path database() {
    return directory.resolve("holdfast.db");
  }

  private void damage(String sql) throws SQLException {
    try (SqliteConnection other = SqliteConnection.writer(database())) {
      other.run(sql);
    }
  }

  private static Slot slot(int index) {
    return new Slot("request", index);
  }

  private static ReserveSlot reserve(int index) {
    return new ReserveSlot(REPOSITORY, slot(index), 10, 0, "reserve-" + index);
  }

  private static ReleaseSlot release(int index) {
    return new ReleaseSlot(
        REPOSITORY, slot(index), 0, ReleaseReason.ATTEMPT_FAILED, "release-" + index);
  }

  private record Asking(CompletableFuture<Outcome> outcome) implements Ledger.Caller {
    @Override
    public boolean abandoned() {
      return false;
    }

    @Override
    public void answer(Outcome answer) {
      outcome.complete(answer);
    }
  }

  @Test
  void ofOneReservationStopsNoOtherCallOfItsBatch() throws SQLException {
    try (SqliteStore store = open()) {
      StoreRunner.run(
          store,
          List.of(new CreateRepository(REPOSITORY, 1000), reserve(0), reserve(1), reserve(2)),
          1);
    }
    damage("UPDATE reservations SET amount_bytes = 11 WHERE generation = 3");
    try (SqliteStore store = open()) {
      NotedWatch watch = new NotedWatch();
      List<CompletableFuture<Outcome>> outcomes = new ArrayList<>();
      try (Ledger ledger = new Ledger(store, () -> 2, 100, watch)) {
        for (int i = 0; i < 3; i++) {
          Asking asking = new Asking(new CompletableFuture<>());
          outcomes.add(asking.outcome());
          ledger.submit(new FillSlot(REPOSITORY, slot(i), 0, ""), asking);
        }
        ledger.start();
      }
      assertInstanceOf(Outcome.ReservationDone.class, outcomes.get(0).join());
      assertInstanceOf(Outcome.ReservationDone.class, outcomes.get(2).join());
      Rejection refused = assertInstanceOf(Rejection.class, outcomes.get(1).join());
      assertEquals(Rejection.Reason.STORE_UNAVAILABLE, refused.reason());
      assertEquals("not_applied", refused.facts().get("outcome"));
      String subject = "damaged row of reservations: slot 1 of request request";
      assertTrue(refused.message().contains(subject), refused.message());
      assertEquals(List.of("damaged: " + subject), watch.notes());

      StoreException read =
          assertThrows(StoreException.class, () -> store.reservation(REPOSITORY, slot(1)));
      assertEquals(subject, Objects.requireNonNull(read.damage()).subject());
      assertNotNull(store.reservation(REPOSITORY, slot(0)));
      assertEquals(
          subject, Objects.requireNonNull(store.recount(REPOSITORY)).problems().get(0).subject());
    }
  }

  @Test
  void ofEventsThatAreMissingInBetweenIsTold() throws SQLException {
    try (SqliteStore store = open()) {
      StoreRunner.run(store, List.of(new CreateRepository(REPOSITORY, 1000)), 1);
      for (int i = 0; i < 3; i++) {
        StoreRunner.run(store, List.of(reserve(i)), 1);
      }
    }
    damage("DELETE FROM events WHERE last_revision = 3");
    try (SqliteStore store = open()) {
      StoreException refused =
          assertThrows(
              StoreException.class, () -> store.events(EventsQuery.all(REPOSITORY, 0, 100)));
      String subject = Objects.requireNonNull(refused.damage()).subject();
      assertTrue(subject.equals("missing row of events: revisions 3 to 3"), subject);
    }
  }

  /** Of the releases of many slots there are runs with filters. */
  private List<Command> releaseMany() {
    List<Command> releases = new ArrayList<>();
    try (SqliteStore store = open()) {
      StoreRunner.run(store, List.of(new CreateRepository(REPOSITORY, 1000)), 1);
      for (int i = 0; i < 100; i++) {
        StoreRunner.run(store, List.of(reserve(i), release(i)), 2);
        releases.add(release(i));
      }
    }
    return releases;
  }

  private void checkThatAllAreKnown(List<Command> releases) {
    try (SqliteStore store = open()) {
      for (int i = 0; i < releases.size(); i++) {
        Command again = releases.get(i);
        Outcome outcome;
        try {
          outcome = StoreRunner.run(store, List.of(again), 3).get(0);
        } catch (StoreException e) {
          assertNotNull(e.damage());
          outcome = StoreRunner.run(store, List.of(again), 3).get(0);
        }
        assertEquals(new Outcome.SlotReleaseDone(10, 1000, false), outcome);
      }
      assertEquals(List.of(), Objects.requireNonNull(store.recount(REPOSITORY)).problems());
    }
  }

  @Test
  void ofTheIndexIsMadeAgainOfTheEvents() throws SQLException {
    List<Command> releases = releaseMany();
    damage("UPDATE release_partitions SET releases = zeroblob(length(releases))");
    checkThatAllAreKnown(releases);
  }

  @Test
  void ofARunMakesTheIndexAgain() throws SQLException {
    List<Command> releases = releaseMany();
    damage("UPDATE release_runs SET last_chunk = last_chunk + 50");
    checkThatAllAreKnown(releases);
  }

  @Test
  void ofAFilterHidesNoRelease() throws SQLException {
    List<Command> releases = releaseMany();
    damage("UPDATE release_filters SET words = zeroblob(length(words))");
    try (SqliteStore store = open()) {
      for (Command again : releases) {
        assertEquals(
            new Outcome.SlotReleaseDone(10, 1000, false),
            StoreRunner.run(store, List.of(again), 3).get(0));
      }
    }
  }
}
