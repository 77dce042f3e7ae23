package dev.holdfast.server.store.sqlite;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.server.ledger.StoreRunner;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.ledger.rules.Command;
import dev.holdfast.server.ledger.rules.repositories.CreateRepository;
import dev.holdfast.server.ledger.rules.slots.ReserveSlot;
import dev.holdfast.server.store.sqlite.connection.SqliteCalls;
import dev.holdfast.server.store.sqlite.connection.SqliteConnection;
import dev.holdfast.server.store.sqlite.memtable.Memtable;
import dev.holdfast.server.store.sqlite.releases.ReleaseIndex;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** Tests the store when the disk fails or its files are removed. */
@Timeout(120)
class DiskFailuresTest {
  private static final String REPOSITORY = "default";

  /** When a commit fails. */
  private enum When {
    NEVER,
    BEFORE,
    /** Likewise, with a part of it in the log. */
    BETWEEN,
    /** It is made, and told to have failed. */
    BEHIND
  }

  private static final class Disk implements SqliteCalls {
    When commitFails = When.NEVER;
    SQLiteErrorCode with = SQLiteErrorCode.SQLITE_IOERR_WRITE;
    Runnable leave = () -> {};
    boolean checkpointFails;
    int checkpoints;

    @Override
    public void commit(SqliteConnection connection) throws SQLException {
      if (commitFails == When.BEFORE || commitFails == When.BETWEEN) {
        // As SQLite does when it cannot write.
        connection.run("ROLLBACK");
        if (commitFails == When.BETWEEN) {
          leave.run();
        }
        throw failure();
      }
      REAL.commit(connection);
      if (commitFails == When.BEHIND) {
        throw failure();
      }
    }

    @Override
    public WalState checkpoint(SqliteConnection connection, String mode) throws SQLException {
      if (mode.equals("PASSIVE")) {
        checkpoints++;
        if (checkpointFails) {
          throw failure();
        }
      }
      return REAL.checkpoint(connection, mode);
    }

    private SQLException failure() {
      return new SQLiteException("failed on purpose", with);
    }
  }

  @TempDir Path directory = Path.of("");
  private final Disk disk = new Disk();
  private final List<StoreException> fatal = new CopyOnWriteArrayList<>();

  private Path database() {
    return directory.resolve("data").resolve("holdfast.db");
  }

  private SqliteStore open() throws IOException {
    Files.createDirectories(database().getParent());
    SqliteStore store =
        SqliteStore.open(
            database(), ReleaseIndex.Limits.DEFAULT, Memtable.CAPACITY, fatal::add, disk);
    if (store.repository(REPOSITORY) == null) {
      StoreRunner.run(store, List.of(new CreateRepository(REPOSITORY, 1000)), 1);
    }
    return store;
  }

  private static Slot slot(int index) {
    return new Slot("request", index);
  }

  private static void reserve(SqliteStore store, int index) {
    Command reserve = new ReserveSlot(REPOSITORY, slot(index), 1, 0, "op-" + index);
    StoreRunner.run(store, List.of(reserve), 2);
  }

  private static StoreException refused(Runnable work) {
    StoreException e = assertThrows(StoreException.class, work::run);
    assertFalse(e.outcomeUnknown());
    return e;
  }

  private static void assertNothingIsRead(SqliteStore store) {
    assertNotEquals("", store.trouble());
    refused(() -> store.repository(REPOSITORY));
    refused(() -> store.reservation(REPOSITORY, slot(0)));
    refused(() -> store.recount(REPOSITORY));
    refused(() -> store.expiredLeases(9, 9));
  }

  /** Read results stay valid, whether or not the failed commit was applied. */
  @ParameterizedTest
  @EnumSource(
      value = When.class,
      names = {"BEFORE", "BEHIND"})
  void nothingIsReadUntilAnUnknownOutcomeIsSettled(When when) throws IOException {
    try (SqliteStore store = open()) {
      reserve(store, 0);
      disk.commitFails = when;
      StoreException unknown = assertThrows(StoreException.class, () -> reserve(store, 1));
      assertTrue(unknown.outcomeUnknown());
      assertNothingIsRead(store);

      // Nor while it cannot be settled.
      assertThrows(StoreException.class, store.maintenance()::tend);
      refused(() -> reserve(store, 2));
      assertNothingIsRead(store);

      disk.commitFails = When.NEVER;
      store.maintenance().tend();
      assertEquals("", store.trouble());
      boolean made = store.reservation(REPOSITORY, slot(1)) != null;
      assertEquals(when == When.BEHIND, made);
      assertNull(store.reservation(REPOSITORY, slot(2)));
      try (SqliteStore killed = afterKill()) {
        assertEquals(made, killed.reservation(REPOSITORY, slot(1)) != null);
      }
      reserve(store, 3);
      assertEquals(List.of(), Objects.requireNonNull(store.recount(REPOSITORY)).problems());
    }
    assertEquals(List.of(), fatal);
  }

  @Test
  void aTransactionSettlesWhatIsUnknownToo() throws IOException {
    try (SqliteStore store = open()) {
      disk.commitFails = When.BEFORE;
      assertThrows(StoreException.class, () -> reserve(store, 1));
      disk.commitFails = When.NEVER;
      reserve(store, 2);
      assertNull(store.reservation(REPOSITORY, slot(1)));
      assertNotNull(store.reservation(REPOSITORY, slot(2)));
    }
  }

  /** Opens a copy of the files in their current state, as {@code kill -9} would leave them. */
  private SqliteStore afterKill() throws IOException {
    Path killed = Files.createDirectories(directory.resolve("killed"));
    for (String name : List.of("holdfast.db", "holdfast.db-wal")) {
      Files.copy(database().resolveSibling(name), killed.resolve(name));
    }
    return SqliteStore.open(killed.resolve("holdfast.db"));
  }

  @ParameterizedTest
  @EnumSource(
      value = SQLiteErrorCode.class,
      names = {"SQLITE_IOERR_FSYNC", "SQLITE_IOERR_DIR_FSYNC", "SQLITE_IOERR_CLOSE"})
  void aCommitWhoseSyncFailedIsTheLast(SQLiteErrorCode code) throws IOException {
    SqliteStore store = open();
    reserve(store, 0);
    disk.with = code;
    disk.commitFails = When.BEHIND;
    int checkpoints = disk.checkpoints;
    assertThrows(StoreException.class, () -> reserve(store, 1));
    assertEquals(1, fatal.size());
    disk.commitFails = When.NEVER;
    assertLeftAsItIs(store);
    assertEquals(checkpoints, disk.checkpoints, "the log was reads");
  }

  private void assertLeftAsItIs(SqliteStore store) throws IOException {
    assertNothingIsRead(store);
    refused(() -> reserve(store, 2));
    refused(store.maintenance()::tend);
    Map<String, byte[]> before = files(directory);
    refused(store::close);
    Map<String, byte[]> after = files(directory);
    assertEquals(before.keySet(), after.keySet());
    before.forEach((name, bytes) -> assertArrayEquals(bytes, after.get(name), name));
  }

  private static Map<String, byte[]> files(Path directory) throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    try (Stream<Path> names = Files.list(directory)) {
      for (Path file : names.filter(Files::isRegularFile).toList()) {
        files.put(file.getFileName().toString(), Files.readAllBytes(file));
      }
    }
    return files;
  }

  @Test
  void whereTheLastSyncFailsTheStoreIsLeftAsItIs() throws IOException {
    SqliteStore store = open();
    reserve(store, 0);
    disk.with = SQLiteErrorCode.SQLITE_IOERR_FSYNC;
    disk.checkpointFails = true;
    refused(store::close);
    assertEquals(1, fatal.size());
    assertTrue(Files.size(database().resolveSibling("holdfast.db-wal")) > 0, "its log is gone");
    disk.checkpointFails = false;
    try (SqliteStore killed = afterKill()) {
      assertNotNull(killed.reservation(REPOSITORY, slot(0)));
    }
  }

  /** Callers hear that nothing was changed, and others read as before. */
  @Test
  void aCommitForWhichTheDiskHasNoRoomIsKnownToBeUndone() throws IOException {
    try (SqliteStore store = open()) {
      reserve(store, 0);
      lengthenLog(store);
      disk.with = SQLiteErrorCode.SQLITE_FULL;
      disk.commitFails = When.BEFORE;
      for (int i = 1; i < 4; i++) {
        int slot = i;
        refused(() -> reserve(store, slot));
        assertEquals("", store.trouble());
        assertNotNull(store.reservation(REPOSITORY, slot(0)));
        assertNull(store.reservation(REPOSITORY, slot(slot)));
        store.maintenance().tend();
      }
      disk.commitFails = When.NEVER;
      reserve(store, 1);
      assertNotNull(store.reservation(REPOSITORY, slot(1)));
    }
    assertEquals(List.of(), fatal);
  }

  @Test
  void whatAFullDiskLeftOfACommitIsWrittenOverBeforeAnybodyReads() throws IOException {
    try (SqliteStore store = open()) {
      reserve(store, 0);
      lengthenLog(store);
      disk.with = SQLiteErrorCode.SQLITE_FULL;
      disk.commitFails = When.BETWEEN;
      disk.leave = () -> appendToLog(2 * 4096);
      StoreException unknown = assertThrows(StoreException.class, () -> reserve(store, 1));
      assertTrue(unknown.outcomeUnknown());
      disk.leave = () -> {};
      refused(store.maintenance()::tend);
      assertNothingIsRead(store);

      disk.commitFails = When.NEVER;
      store.maintenance().tend();
      assertNotNull(store.reservation(REPOSITORY, slot(0)));
      assertNull(store.reservation(REPOSITORY, slot(1)));
    }
  }

  private Path log() {
    return database().resolveSibling("holdfast.db-wal");
  }

  /** Until nothing of what it had before it began again is behind its end. */
  private void lengthenLog(SqliteStore store) throws IOException {
    long before = Files.size(log());
    for (int i = 100; Files.size(log()) == before; i++) {
      reserve(store, i);
    }
  }

  private void appendToLog(int bytes) {
    try {
      Files.write(log(), new byte[bytes], StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** It takes no room to settle what left nothing behind. */
  @Test
  void anUnknownOutcomeIsSettledOnAFullDisk() throws IOException {
    try (SqliteStore store = open()) {
      reserve(store, 0);
      lengthenLog(store);
      disk.commitFails = When.BEFORE;
      StoreException unknown = assertThrows(StoreException.class, () -> reserve(store, 1));
      assertTrue(unknown.outcomeUnknown());
      disk.with = SQLiteErrorCode.SQLITE_FULL;
      store.maintenance().tend();
      assertEquals("", store.trouble());
      assertNotNull(store.reservation(REPOSITORY, slot(0)));
      assertNull(store.reservation(REPOSITORY, slot(1)));
    }
  }

  /** A failed checkpoint at close costs only disk space. */
  @Test
  void aFullDiskDoesNotSpoilTheEnd() throws IOException {
    SqliteStore store = open();
    reserve(store, 0);
    disk.with = SQLiteErrorCode.SQLITE_FULL;
    disk.checkpointFails = true;
    store.close();
    try (SqliteStore next = open()) {
      assertNotNull(next.reservation(REPOSITORY, slot(0)));
    }
    assertEquals(List.of(), fatal);
  }

  /** A start syncs the data that a crash left before it serves the data. */
  @Test
  void aStartWhoseSyncFailsIsNone() throws IOException {
    try (SqliteStore store = open()) {
      reserve(store, 0);
      disk.with = SQLiteErrorCode.SQLITE_IOERR_FSYNC;
      disk.checkpointFails = true;
      assertThrows(StoreException.class, this::open);
      assertEquals(1, fatal.size());
      disk.checkpointFails = false;
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"holdfast.db", "holdfast.db-wal", "holdfast.db-shm", "holdfast.lock"})
  void whereAFileWasReplacedNothingIsReadNorWritten(String name) throws IOException {
    Files.createDirectories(database().getParent());
    Files.writeString(database().resolveSibling("holdfast.lock"), "");
    SqliteStore store = open();
    reserve(store, 0);
    Path file = database().resolveSibling(name);
    Path aside = directory.resolve("aside");
    Files.move(file, aside);
    Files.writeString(file, "somebody else's");
    store.probe();
    assertNothingIsRead(store);
    refused(() -> reserve(store, 1));
    refused(store.maintenance()::tend);

    Files.move(aside, file, StandardCopyOption.REPLACE_EXISTING);
    store.probe();
    assertEquals("", store.trouble());
    reserve(store, 1);
    assertNotNull(store.reservation(REPOSITORY, slot(1)));

    Files.move(file, aside);
    Files.writeString(file, "somebody else's");
    store.probe();
    assertLeftAsItIs(store);
    assertEquals("somebody else's", Files.readString(file));
  }

  /** Not even the commits of the second in which nobody looks at all files. */
  @Test
  void whereTheDirectoryWasRemovedNothingIsAcknowledged() throws IOException {
    SqliteStore store = open();
    reserve(store, 0);
    Path aside = directory.resolve("aside");
    Files.move(database().getParent(), aside);
    assertThrows(StoreException.class, () -> reserve(store, 1));
    refused(() -> reserve(store, 2));
    assertNothingIsRead(store);

    Files.move(aside, database().getParent());
    store.probe();
    assertEquals("", store.trouble());
    reserve(store, 3);
    assertNotNull(store.reservation(REPOSITORY, slot(3)));

    Files.move(database().getParent(), aside);
    refused(store::close);
    assertFalse(Files.exists(database()), "a new database was made");
  }
}
