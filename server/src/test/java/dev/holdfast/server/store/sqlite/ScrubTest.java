package dev.holdfast.server.store.sqlite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.server.ledger.StoreRunner;
import dev.holdfast.server.ledger.books.ReleaseReason;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.books.Value;
import dev.holdfast.server.ledger.engine.LedgerReads.ReservationsQuery;
import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.ledger.rules.Command;
import dev.holdfast.server.ledger.rules.Outcome;
import dev.holdfast.server.ledger.rules.repositories.CreateRepository;
import dev.holdfast.server.ledger.rules.repositories.PutValue;
import dev.holdfast.server.ledger.rules.slots.EndRequest;
import dev.holdfast.server.ledger.rules.slots.FillSlot;
import dev.holdfast.server.ledger.rules.slots.ReleaseSlot;
import dev.holdfast.server.ledger.rules.slots.ReserveSlot;
import dev.holdfast.server.store.codec.SlotKeys;
import dev.holdfast.server.store.sqlite.connection.SqliteConnection;
import dev.holdfast.server.store.sqlite.releases.ReleaseIndex;
import dev.holdfast.testing.Seed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Damage to a key hides a row from whoever looks for it; the scrub comes by. */
class ScrubTest {
  private static final String REPOSITORY = "default";
  private static final int SLOTS = 500;

  @TempDir Path directory = Path.of("");

  private final Random random = Seed.random();

  private Path database() {
    return directory.resolve("holdfast.db");
  }

  private SqliteStore open() {
    return SqliteStore.open(database(), new ReleaseIndex.Limits(20, 600, Long.SIZE), 0);
  }

  private static Slot slot(int index) {
    byte[] id = new byte[32];
    new Random(index).nextBytes(id);
    return new Slot("0x" + HexFormat.of().formatHex(id), index);
  }

  private static ReserveSlot reserve(int index) {
    return new ReserveSlot(REPOSITORY, slot(index), 10, index % 2 == 0 ? 0 : 60_000_000, "");
  }

  private static Outcome run(SqliteStore store, Command command) {
    return StoreRunner.run(store, List.of(command), 2).get(0);
  }

  private void fill() {
    try (SqliteStore store = open()) {
      List<Command> commands = new ArrayList<>();
      commands.add(new CreateRepository(REPOSITORY, 1 << 20));
      for (int i = 0; i < SLOTS; i++) {
        commands.add(reserve(i));
      }
      commands.add(new PutValue(REPOSITORY, "the-key", new Value(new byte[100]), null));
      StoreRunner.run(store, commands, 1);
      for (int i = 1000; i < 1100; i++) {
        StoreRunner.run(store, List.of(reserve(i), release(i)), 2);
      }
    }
  }

  private static ReleaseSlot release(int index) {
    return new ReleaseSlot(
        REPOSITORY, slot(index), 0, ReleaseReason.ATTEMPT_FAILED, "release-" + index);
  }

  /** Returns the file offsets of the key of a slot: in tables, in indexes, and in events. */
  private static List<Integer> places(byte[] file, Slot slot) {
    byte[] key = SlotKeys.encode(slot);
    List<Integer> places = new ArrayList<>();
    for (int i = 0; i + key.length <= file.length; i++) {
      if (Arrays.equals(file, i, i + key.length, key, 0, key.length)) {
        places.add(i);
      }
    }
    return places;
  }

  private static void assertRefused(Executable call, String why) {
    StoreException refused = assertThrows(StoreException.class, call, why);
    assertNotNull(refused.damage(), why);
  }

  /** A slot with a lease, so that its key stands in the index of leases too. */
  @Test
  void whatADamagedKeyHidesIsNotTakenForMissing() throws IOException {
    fill();
    byte[] file = Files.readAllBytes(database());
    int index = random.nextInt(SLOTS / 2) * 2 + 1;
    List<Integer> places = places(file, slot(index));
    assertTrue(places.size() >= 3, "the table, the index and an event: " + places);
    int hidden = 0;
    for (int place : places) {
      int at = place + random.nextInt(32);
      int bit = random.nextInt(8);
      byte[] flipped = file.clone();
      flipped[at] ^= (byte) (1 << bit);
      Files.write(database(), flipped);
      String which = "bit " + bit + " of byte " + at + ", where the key begins at " + place;
      try (SqliteStore store = open()) {
        boolean before = granted(store, index);
        store.scrubAll();
        assertFalse(granted(store, index), which);
        if (before) {
          hidden++;
          checkThatNothingCountsAsMissing(store, index, which);
        }
      }
    }
    assertTrue(hidden > 0, "no flip hid the row");
  }

  /** The search of the row after the one before it then ends behind the damaged row. */
  @Test
  void aKeyThatSeemsLessThanTheOneBeforeIsNoticed() throws IOException {
    fill();
    byte[] file = Files.readAllBytes(database());
    int index = 0;
    while (SlotKeys.encode(slot(index))[1] >= 0) {
      index++;
    }
    // Clears the highest bit of the first byte that differs from slot to slot.
    file[tablePlace(file, index) + 1] &= 0x7f;
    Files.write(database(), file);
    try (SqliteStore store = open()) {
      assertTrue(granted(store, index), "the row is hidden");
      store.scrubAll();
      assertFalse(granted(store, index));
    }
  }

  /** Returns the place of the key of a slot whose damage hides the row. */
  private int tablePlace(byte[] file, int index) throws IOException {
    for (int place : places(file, slot(index))) {
      byte[] flipped = file.clone();
      flipped[place + 1] ^= 1;
      Files.write(database(), flipped);
      try (SqliteStore store = open()) {
        if (granted(store, index)) {
          return place;
        }
      }
    }
    throw new AssertionError("no flip hid the row");
  }

  /** Whether a reserve of a slot that is reserved would be granted. */
  private static boolean granted(SqliteStore store, int index) {
    try {
      return StoreRunner.runWithoutCommit(store, List.of(reserve(index)), 2).get(0)
          instanceof Outcome.ReservationDone;
    } catch (StoreException e) {
      assertNotNull(e.damage());
      return false;
    }
  }

  private static void checkThatNothingCountsAsMissing(SqliteStore store, int index, String which) {
    assertTrue(store.trouble().contains("damaged row"), which + ": " + store.trouble());
    String id = slot(index).requestId();
    assertRefused(() -> run(store, reserve(SLOTS)), which);
    assertRefused(() -> run(store, new EndRequest(REPOSITORY, id, "end")), which);
    assertRefused(() -> run(store, release(index)), which);
    assertRefused(() -> run(store, new CreateRepository("none", 1)), which);
    assertRefused(() -> store.reservation(REPOSITORY, slot(index)), which);
    assertRefused(
        () -> store.reservations(new ReservationsQuery(REPOSITORY, id, null, null, 10)), which);
    assertRefused(() -> store.entry(REPOSITORY, "none"), which);
    assertRefused(() -> store.repository("none"), which);

    // Rows that are found are valid.
    int other = (index + SLOTS / 2) % SLOTS;
    assertInstanceOf(
        Outcome.ReservationDone.class,
        run(store, new FillSlot(REPOSITORY, slot(other), 0, "fill")));
    assertInstanceOf(Outcome.SlotReleaseDone.class, run(store, release((other + 1) % SLOTS)));
    assertNotNull(store.entry(REPOSITORY, "the-key"));
  }

  @Test
  void aSoundStoreHasNoTrouble() {
    fill();
    try (SqliteStore store = open()) {
      store.scrubAll();
      assertEquals("", store.trouble());
      assertNull(store.reservation(REPOSITORY, slot(SLOTS)));
    }
  }

  /** Of the index of releases, a part that is not found where it belongs hides releases. */
  @Test
  void theIndexOfReleasesIsMadeAgainWhereAPartHasAnotherKey() throws SQLException {
    fill();
    try (SqliteConnection other = SqliteConnection.writer(database())) {
      other.run("UPDATE release_partitions SET partition_key = partition_key + 1000");
      other.run("DELETE FROM release_filters");
    }
    try (SqliteStore store = open()) {
      store.scrubAll();
      assertEquals("", store.trouble());
      for (int i = 1000; i < 1100; i++) {
        assertEquals(
            true,
            assertInstanceOf(Outcome.SlotReleaseDone.class, run(store, againOf(i)))
                .alreadyReleased(),
            "release " + i);
      }
    }
  }

  private static ReleaseSlot againOf(int index) {
    return new ReleaseSlot(
        REPOSITORY, slot(index), 0, ReleaseReason.ATTEMPT_FAILED, "another-" + index);
  }
}
