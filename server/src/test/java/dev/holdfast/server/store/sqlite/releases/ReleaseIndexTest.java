package dev.holdfast.server.store.sqlite.releases;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.carrotsearch.hppc.LongArrayList;
import dev.holdfast.server.ledger.books.Change;
import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.books.ReleaseReason;
import dev.holdfast.server.ledger.books.Released;
import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.books.SlotHistory;
import dev.holdfast.server.ledger.view.OlderReleases;
import dev.holdfast.server.ledger.view.ReadSet;
import dev.holdfast.server.store.codec.EventCodec;
import dev.holdfast.server.store.sqlite.SqliteStore;
import dev.holdfast.server.store.sqlite.connection.SqliteConnection;
import dev.holdfast.server.store.sqlite.rows.EventChunk;
import dev.holdfast.testing.Seed;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The index alone, on a database whose events the test writes itself. */
class ReleaseIndexTest {
  private static final long REPOSITORY = 1;

  /** Four parts for each run, and memory for the filters of three such runs. */
  private static final ReleaseIndex.Limits LIMITS =
      new ReleaseIndex.Limits(512, 3 * BloomFilter.bytes(2), Long.SIZE);

  private static final int SLOTS = 2000;
  private static final int RELEASES_A_CHUNK = 20;

  /** More for each slot would take long to look up. */
  private static final int OLDER_CHECKED = 5;

  @TempDir Path directory = Path.of("");

  private final Random random = Seed.random();

  /** The releases of each slot that are not forgotten, the oldest first. */
  private final Map<Slot, List<Released>> kept = new HashMap<>();

  private long revision = 1;

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

  /** Mostly any, often one of three. */
  private Slot anySlot() {
    return slot(random.nextInt(random.nextInt(4) == 0 ? 3 : SLOTS));
  }

  /** Commits some chunks of releases. */
  private void release(SqliteConnection connection, ReleaseIndex index, int chunks)
      throws SQLException {
    for (int i = 0; i < chunks; i++) {
      List<Event> events = new ArrayList<>();
      Set<Slot> slots = new HashSet<>();
      for (int j = 0; j < RELEASES_A_CHUNK; j++) {
        Slot slot = anySlot();
        slots.add(slot);
        Released released = released(slot, ++revision);
        events.add(new Event(revision, 0, 0, new Change.SlotReleased(released)));
        kept.computeIfAbsent(slot, s -> new ArrayList<>()).add(released);
      }
      long chunk = index.committedChunk() + 1;
      connection.run("BEGIN IMMEDIATE");
      SlotPasts pasts = new SlotPasts(slots);
      new SqlitePasts(connection, index).loadLatest(REPOSITORY, slots, pasts);
      ReleaseEntries entries = new ReleaseEntries(index);
      LongArrayList added = entries.of(REPOSITORY, chunk, events, pasts);
      PreparedStatement insert = connection.prepared(EventChunk.INSERT);
      EventChunk.Contents contents =
          new EventChunk.Contents(EventCodec.encode(events), ReleaseEntries.encode(events, added));
      EventChunk.of(chunk, REPOSITORY, events, contents).set(insert, contents);
      insert.executeUpdate();
      index.flushSome(connection, entries.count());
      connection.run("COMMIT");
      index.committed(chunk, added);
    }
  }

  private static Released released(Slot slot, long revision) {
    // With three ids, two, one, or none.
    String release = revision % 2 == 0 ? "release " + revision : "";
    String reserve = revision % 3 == 0 ? "reserve " + revision : "";
    String filled = revision % 5 == 0 ? "fill " + revision : "";
    Reservation.Fill fill = new Reservation.Fill(revision - 1, 0, filled, false);
    Reservation reservation = new Reservation(slot, 1, revision, 0, 0, 0, reserve, fill, "");
    return new Released(reservation, ReleaseReason.ATTEMPT_FAILED, revision, 0, release, false);
  }

  /** Forgets all chunks up to this one. */
  private void purge(SqliteConnection connection, ReleaseIndex index, long chunk)
      throws SQLException {
    connection.run("BEGIN IMMEDIATE");
    long last = connection.number("SELECT max(last_revision) FROM events WHERE chunk <= " + chunk);
    connection.run("DELETE FROM events WHERE chunk <= " + chunk);
    index.purge(connection);
    connection.run("COMMIT");
    kept.values().forEach(releases -> releases.removeIf(one -> one.revision() <= last));
  }

  /** Of each slot the latest release is found, and any older one by all that it carries. */
  private void check(SqliteConnection connection, ReleaseIndex index) throws SQLException {
    connection.run("BEGIN");
    checkAll(connection, index);
    connection.run("COMMIT");
  }

  private void checkAll(SqliteConnection connection, ReleaseIndex index) throws SQLException {
    Map<Slot, List<Released>> some = new HashMap<>();
    kept.forEach(
        (slot, all) -> {
          List<Released> older = new ArrayList<>(all.subList(0, Math.max(0, all.size() - 1)));
          Collections.shuffle(older, random);
          some.put(slot, older.subList(0, Math.min(OLDER_CHECKED, older.size())));
        });
    ReadSet reads = new ReadSet("default");
    Map<Slot, SlotHistory> histories = new HashMap<>();
    reads.slot(new Slot("never", 0));
    for (int i = 0; i < SLOTS; i++) {
      Slot slot = slot(i);
      reads.slot(slot, 1L << 60, "never");
      for (Released past : some.getOrDefault(slot, List.of())) {
        long generation = past.reservation().generation();
        reads.slot(slot, generation, past.operationId());
        reads.slot(slot, generation, past.reservation().reserveOperationId());
        reads.slot(slot, generation, past.reservation().fill().operationId());
      }
    }
    SlotPasts pasts = new SlotPasts(reads.slots());
    SqlitePasts releases = new SqlitePasts(connection, index);
    releases.loadLatest(REPOSITORY, reads.slots(), pasts);
    for (Slot slot : reads.slots()) {
      List<Released> all = kept.getOrDefault(slot, List.of());
      Released latest = all.isEmpty() ? null : all.get(all.size() - 1);
      SlotPasts.Past past = pasts.of(slot);
      assertEquals(latest, past == null ? null : past.latest(), slot.toString());
      histories.put(slot, new SlotHistory(null, latest));
    }
    OlderReleases older = releases.older(REPOSITORY, reads.pastKeys(), histories);
    some.forEach((slot, expected) -> checkOlder(slot, expected, older));
  }

  private static void checkOlder(Slot slot, List<Released> expected, OlderReleases older) {
    assertNull(older.operation(slot, "never"));
    for (Released past : expected) {
      long generation = past.reservation().generation();
      assertEquals(past, older.released(slot, generation));
      for (String id :
          List.of(
              past.operationId(),
              past.reservation().reserveOperationId(),
              past.reservation().fill().operationId())) {
        assertEquals(SlotHistory.operation(id, past), older.operation(slot, id));
      }
    }
  }

  private static long count(SqliteConnection connection, String from) throws SQLException {
    return connection.number("SELECT count(*) FROM " + from);
  }

  @Test
  void whatWasReleasedIsFoundWhereverItLies() throws SQLException {
    try (SqliteConnection connection = connect()) {
      ReleaseIndex index = ReleaseIndex.load(connection, LIMITS);
      for (int i = 0; i < 5; i++) {
        release(connection, index, 200);
        check(connection, index);
      }
      long runs = count(connection, "release_runs WHERE in_use = 1");
      assertTrue(runs < 3 * RunCompaction.RUNS, "runs: " + runs);
      assertTrue(count(connection, "release_runs WHERE partition_bits = 8 AND in_use = 1") > 0);
      check(connection, ReleaseIndex.load(connection, LIMITS));
    }
  }

  @Test
  void aStartInTheMiddleOfEverythingLosesNothing() throws SQLException {
    try (SqliteConnection connection = connect()) {
      ReleaseIndex index = ReleaseIndex.load(connection, LIMITS);
      for (int i = 0; i < 50; i++) {
        release(connection, index, random.nextInt(20));
        index = ReleaseIndex.load(connection, LIMITS);
        if (i % 10 == 0) {
          check(connection, index);
        }
      }
      check(connection, index);
    }
  }

  /** The place of its latest release is one entry, however often it was released before. */
  @Test
  void aCompactionDropsTheEntriesThatNewerOnesReplaced() throws SQLException {
    try (SqliteConnection connection = connect()) {
      ReleaseIndex index = ReleaseIndex.load(connection, LIMITS);
      while (count(connection, "release_runs WHERE partition_bits = 5 AND in_use = 1") == 0) {
        release(connection, index, 1);
      }
      long run = connection.number("SELECT run FROM release_runs WHERE partition_bits = 5");
      ReleaseRun compacted = new ReleaseRun(run, 5, 0, null);
      Map<Long, List<Long>> entries = new HashMap<>();
      for (int partition = 0; partition < compacted.partitions(); partition++) {
        compacted.read(
            connection,
            partition,
            (hash, entry) -> entries.computeIfAbsent(hash, h -> new ArrayList<>()).add(entry));
      }
      for (int i = 0; i < SLOTS; i++) {
        List<Long> ofSlot =
            entries.getOrDefault(index.hashes().ofSlot(REPOSITORY, slot(i)), List.of());
        assertTrue(ofSlot.size() <= 1, slot(i) + " " + ofSlot);
      }
      assertNotNull(entries.get(index.hashes().ofSlot(REPOSITORY, slot(0))));
    }
  }

  @Test
  void aCompactionThatWasCutOffIsBegunAgain() throws SQLException {
    try (SqliteConnection connection = connect()) {
      ReleaseIndex index = ReleaseIndex.load(connection, LIMITS);
      while (count(connection, "release_runs WHERE in_use = 1") < RunCompaction.RUNS) {
        release(connection, index, 1);
      }
      index = ReleaseIndex.load(connection, LIMITS);
      connection.run("BEGIN IMMEDIATE");
      index.flushSome(connection, LIMITS.entries());
      connection.run("COMMIT");
      assertEquals(1, count(connection, "release_runs WHERE partition_bits = 5 AND in_use = 1"));
      assertEquals(0, count(connection, "release_runs WHERE partition_bits = 2 AND in_use = 1"));
      check(connection, index);
    }
  }

  @Test
  void aStartReadsNoMoreThanWasInMemory() throws SQLException {
    try (SqliteConnection connection = connect()) {
      ReleaseIndex index = ReleaseIndex.load(connection, LIMITS);
      release(connection, index, 500);
      long last = connection.number("SELECT max(last_chunk) FROM release_runs WHERE in_use = 1");
      long unread = count(connection, "events WHERE chunk > " + last);
      assertTrue(unread * RELEASES_A_CHUNK <= 2L * LIMITS.entries(), "chunks: " + unread);
    }
  }

  @Test
  void anIndexThatIsGoneIsMadeAgainOfTheEvents() throws SQLException {
    try (SqliteConnection connection = connect()) {
      ReleaseIndex index = ReleaseIndex.load(connection, LIMITS);
      release(connection, index, 800);
      connection.run("DELETE FROM release_runs");
      connection.run("DELETE FROM release_partitions");
      connection.run("DELETE FROM release_filters");
      index = ReleaseIndex.load(connection, LIMITS);
      check(connection, index);
      for (int partitionBits = 2; partitionBits <= 8; partitionBits += 3) {
        long runs = count(connection, "release_runs WHERE partition_bits = " + partitionBits);
        assertTrue(runs < RunCompaction.RUNS, "of " + partitionBits + " bits: " + runs);
      }
      assertEquals(0, count(connection, "release_runs WHERE in_use = 0"));
      release(connection, index, 200);
      check(connection, index);
    }
  }

  @Test
  void whatIsForgottenLeavesNothingBehind() throws SQLException {
    try (SqliteConnection connection = connect()) {
      ReleaseIndex index = ReleaseIndex.load(connection, LIMITS);
      for (int i = 0; i < 15; i++) {
        release(connection, index, 60);
        purge(connection, index, index.committedChunk() - random.nextInt(200));
        check(connection, index);
      }
      purge(connection, index, index.committedChunk());
      assertEquals(0, count(connection, "release_runs WHERE in_use = 1"));
      check(connection, index);
      release(connection, index, 10);
      purge(connection, index, index.committedChunk());
      // A start drops the run that was being written then, if any was.
      index = ReleaseIndex.load(connection, LIMITS);
      while (index.cleanUpSome(connection)) {
        check(connection, index);
      }
      assertEquals(0, count(connection, "release_runs"));
      assertEquals(0, count(connection, "release_partitions"));
      assertEquals(0, count(connection, "release_filters"));
    }
  }

  /** Of a slot whose past is forgotten, what is left in the index stands in nobody's way. */
  @Test
  void aForgottenReleaseIsReplacedAsAnyOtherIs() throws SQLException {
    try (SqliteConnection connection = connect()) {
      ReleaseIndex index = ReleaseIndex.load(connection, LIMITS);
      release(connection, index, 10);
      purge(connection, index, index.committedChunk());
      Slot slot = slot(0);
      SlotPasts pasts = new SlotPasts(Set.of(slot));
      new SqlitePasts(connection, index).loadLatest(REPOSITORY, Set.of(slot), pasts);
      SlotPasts.Past past = requireNonNull(pasts.of(slot));
      assertNull(past.latest());
      List<Event> events =
          List.of(new Event(1, 0, 0, new Change.SlotReleased(released(slot, ++revision))));
      LongArrayList added = new ReleaseEntries(index).of(REPOSITORY, 1000, events, pasts);
      assertEquals(2, added.size());
      assertTrue(!ReleaseEntry.keepsOlder(added.get(1)));
    }
  }
}
