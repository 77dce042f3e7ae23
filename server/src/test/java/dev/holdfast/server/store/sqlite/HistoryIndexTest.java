package dev.holdfast.server.store.sqlite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.server.Seed;
import dev.holdfast.server.ledger.books.Change;
import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.books.ReleaseReason;
import dev.holdfast.server.ledger.books.Released;
import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.store.EventLog;
import dev.holdfast.server.store.SlotKeys;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The index alone, on a database whose events the test writes itself. */
class HistoryIndexTest {
  private static final long REPOSITORY = 1;

  /** Four parts for each run, and memory for the filters of three such runs. */
  private static final HistoryIndex.Room ROOM =
      new HistoryIndex.Room(512, 3 * HistoryFilter.bytes(2));

  private static final int SLOTS = 2000;
  private static final int RELEASES_A_CHUNK = 20;

  @TempDir Path directory = Path.of("");

  private final Random random = Seed.random();

  /** The revisions of each slot, and of them those that are not forgotten. */
  private final Map<Slot, Set<Long>> all = new HashMap<>();

  private final Map<Slot, Set<Long>> kept = new HashMap<>();

  private long revision;

  private SqliteConnection connect() throws SQLException {
    Path database = directory.resolve("holdfast.db");
    SqliteStore.open(database).close();
    SqliteConnection connection = SqliteConnection.writer(database);
    // The test writes much, and no power is cut.
    connection.run("PRAGMA synchronous = OFF");
    return connection;
  }

  private static Slot slot(int number) {
    return new Slot("request-" + number / 10, number % 10);
  }

  /** Commits some chunks of releases. */
  private void release(SqliteConnection connection, HistoryIndex index, int chunks)
      throws SQLException {
    for (int i = 0; i < chunks; i++) {
      List<Event> events = new ArrayList<>();
      for (int j = 0; j < RELEASES_A_CHUNK; j++) {
        Slot slot = slot(random.nextInt(SLOTS));
        events.add(released(slot, ++revision));
        all.computeIfAbsent(slot, s -> new HashSet<>()).add(revision);
        kept.computeIfAbsent(slot, s -> new HashSet<>()).add(revision);
      }
      long chunk = index.committedChunk() + 1;
      connection.run("BEGIN IMMEDIATE");
      PreparedStatement insert =
          connection.prepared(
              "INSERT INTO events (chunk, repository, first_revision, last_revision, micros,"
                  + " events) VALUES (?, ?, ?, ?, 0, ?)");
      insert.setLong(1, chunk);
      insert.setLong(2, REPOSITORY);
      insert.setLong(3, events.get(0).revision());
      insert.setLong(4, revision);
      insert.setBytes(5, EventLog.encode(events));
      insert.executeUpdate();
      index.write(connection, RELEASES_A_CHUNK);
      connection.run("COMMIT");
      index.committed(chunk, REPOSITORY, events);
    }
  }

  private static Event released(Slot slot, long revision) {
    Reservation reservation =
        new Reservation(slot, 1, revision, 0, 0, 0, "", Reservation.Fill.NONE, "");
    Released released =
        new Released(reservation, ReleaseReason.ATTEMPT_FAILED, revision, 0, "", false);
    return new Event(revision, 0, 0, new Change.SlotReleased(released));
  }

  /** Forgets all chunks up to this one. */
  private void forget(SqliteConnection connection, HistoryIndex index, long chunk)
      throws SQLException {
    connection.run("BEGIN IMMEDIATE");
    long last = connection.number("SELECT max(last_revision) FROM events WHERE chunk <= " + chunk);
    connection.run("DELETE FROM events WHERE chunk <= " + chunk);
    index.forget(connection);
    connection.run("COMMIT");
    kept.values().forEach(revisions -> revisions.removeIf(one -> one <= last));
  }

  /** All that is kept is found, nothing is found that never was, and nothing that is not there. */
  private void check(SqliteConnection connection, HistoryIndex index) throws SQLException {
    for (int i = 0; i < SLOTS; i++) {
      Slot slot = slot(i);
      Set<Long> found = find(connection, index, slot);
      assertTrue(found.containsAll(kept.getOrDefault(slot, Set.of())), slot + " " + found);
      assertTrue(all.getOrDefault(slot, Set.of()).containsAll(found), slot + " " + found);
    }
    assertEquals(Set.of(), find(connection, index, new Slot("never", 0)));
  }

  private static Set<Long> find(SqliteConnection connection, HistoryIndex index, Slot slot)
      throws SQLException {
    Set<Long> found = new HashSet<>();
    long hash = HistoryIndex.hash(REPOSITORY, SlotKeys.encode(slot));
    index.find(connection, hash, revision -> assertTrue(found.add(revision), "found twice"));
    return found;
  }

  private static long count(SqliteConnection connection, String from) throws SQLException {
    return connection.number("SELECT count(*) FROM " + from);
  }

  @Test
  void whatWasReleasedIsFoundWhereverItLies() throws SQLException {
    try (SqliteConnection connection = connect()) {
      HistoryIndex index = HistoryIndex.load(connection, ROOM);
      for (int i = 0; i < 50; i++) {
        release(connection, index, 50);
        check(connection, index);
      }
      long runs = count(connection, "history_runs WHERE in_use = 1");
      assertTrue(runs < 3 * HistoryCompaction.RUNS, "runs: " + runs);
      assertEquals(1, count(connection, "history_runs WHERE part_bits = 8 AND in_use = 1"));
      check(connection, HistoryIndex.load(connection, ROOM));
    }
  }

  @Test
  void aStartInTheMiddleOfEverythingLosesNothing() throws SQLException {
    try (SqliteConnection connection = connect()) {
      HistoryIndex index = HistoryIndex.load(connection, ROOM);
      for (int i = 0; i < 100; i++) {
        release(connection, index, random.nextInt(40));
        index = HistoryIndex.load(connection, ROOM);
        if (i % 10 == 0) {
          check(connection, index);
        }
      }
      check(connection, index);
    }
  }

  @Test
  void aCompactionThatWasCutOffIsBegunAgain() throws SQLException {
    try (SqliteConnection connection = connect()) {
      HistoryIndex index = HistoryIndex.load(connection, ROOM);
      while (count(connection, "history_runs WHERE in_use = 1") < HistoryCompaction.RUNS) {
        release(connection, index, 1);
      }
      index = HistoryIndex.load(connection, ROOM);
      connection.run("BEGIN IMMEDIATE");
      index.write(connection, ROOM.releases());
      connection.run("COMMIT");
      assertEquals(1, count(connection, "history_runs WHERE part_bits = 5 AND in_use = 1"));
      assertEquals(0, count(connection, "history_runs WHERE part_bits = 2 AND in_use = 1"));
      check(connection, index);
    }
  }

  @Test
  void aStartReadsNoMoreThanWasInMemory() throws SQLException {
    try (SqliteConnection connection = connect()) {
      HistoryIndex index = HistoryIndex.load(connection, ROOM);
      release(connection, index, 1000);
      long last = connection.number("SELECT max(last_chunk) FROM history_runs WHERE in_use = 1");
      long unread = count(connection, "events WHERE chunk > " + last);
      assertTrue(unread * RELEASES_A_CHUNK <= 2L * ROOM.releases(), "chunks: " + unread);
    }
  }

  @Test
  void anIndexThatIsGoneIsMadeAgainOfTheEvents() throws SQLException {
    try (SqliteConnection connection = connect()) {
      HistoryIndex index = HistoryIndex.load(connection, ROOM);
      release(connection, index, 2000);
      connection.run("DELETE FROM history_runs");
      connection.run("DELETE FROM history_parts");
      connection.run("DELETE FROM history_filters");
      index = HistoryIndex.load(connection, ROOM);
      check(connection, index);
      for (int partBits = 2; partBits <= 8; partBits += 3) {
        long runs = count(connection, "history_runs WHERE part_bits = " + partBits);
        assertTrue(runs < HistoryCompaction.RUNS, "of " + partBits + " bits: " + runs);
      }
      assertEquals(0, count(connection, "history_runs WHERE in_use = 0"));
      release(connection, index, 200);
      check(connection, index);
    }
  }

  /** They are on the disk: with others, nothing that is there would be found. */
  @Test
  void theHashesStayWhatTheyAre() {
    assertEquals(-2152535657050944081L, HistoryIndex.hash(1, new byte[0]));
    assertEquals(-7587436380478053753L, HistoryIndex.hash(1, new byte[] {1, 2, 3}));
    assertEquals(1473769762957746343L, HistoryIndex.hash(7, new byte[] {-1, 0, 127}));
  }

  @Test
  void whatIsForgottenLeavesNothingBehind() throws SQLException {
    try (SqliteConnection connection = connect()) {
      HistoryIndex index = HistoryIndex.load(connection, ROOM);
      for (int i = 0; i < 30; i++) {
        release(connection, index, 100);
        forget(connection, index, index.committedChunk() - random.nextInt(400));
        check(connection, index);
      }
      forget(connection, index, index.committedChunk());
      assertEquals(0, count(connection, "history_runs WHERE in_use = 1"));
      check(connection, index);
      release(connection, index, 10);
      forget(connection, index, index.committedChunk());
      while (index.deleteSome(connection)) {
        check(connection, index);
      }
      assertEquals(0, count(connection, "history_runs"));
      assertEquals(0, count(connection, "history_parts"));
      assertEquals(0, count(connection, "history_filters"));
    }
  }
}
