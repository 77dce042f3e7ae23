package dev.holdfast.server.store.sqlite.backup;

import static dev.holdfast.server.store.sqlite.backup.BackupFixture.REPOSITORY;
import static dev.holdfast.server.store.sqlite.backup.BackupFixture.RESERVATIONS;
import static dev.holdfast.server.store.sqlite.backup.BackupFixture.SILENT;
import static dev.holdfast.server.store.sqlite.backup.BackupFixture.contents;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.server.ledger.engine.EventsPage;
import dev.holdfast.server.ledger.engine.EventsQuery;
import dev.holdfast.server.store.sqlite.SqliteStore;
import dev.holdfast.server.store.sqlite.directory.DataDirectory;
import dev.holdfast.server.store.sqlite.mark.HighWaterMark;
import dev.holdfast.server.store.sqlite.mark.RestoredStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the store that a restore makes, and that no half of one is left or opened. */
class RestoreTest {
  private static final long RAISE = 1L << 40;
  private static final long RAISE_PER_SECOND = 1L << 20;

  @TempDir private Path temp;
  private Path dataDir = Path.of("");
  private Path file = Path.of("");
  private Path target = Path.of("");
  private BackupManifest manifest =
      new BackupManifest("", 0, new UUID(0, 0), Instant.EPOCH, 0, "", 0, 0, 0);

  @BeforeEach
  void backUp() throws IOException {
    dataDir = BackupFixture.killed(temp.resolve("data"));
    file = temp.resolve("backup");
    target = temp.resolve("target");
    manifest = Backup.write(dataDir, file, "1.2.3", SILENT);
  }

  private Restore.Restored restore(BackupProgress progress) throws IOException {
    return Restore.restore(file, target, "test", 5_000_000, progress);
  }

  private Set<String> names() throws IOException {
    Set<String> names = new TreeSet<>();
    contents(target).keySet().forEach(name -> names.add(Path.of(name).getFileName().toString()));
    names.removeIf(name -> name.startsWith("sqlite-") || name.equals("holdfast.lock"));
    return names;
  }

  @Test
  void raisesEveryRevisionAndNothingIsGivenOutTwice() throws IOException {
    Set<Long> given = new TreeSet<>();
    try (SqliteStore store = SqliteStore.open(dataDir.resolve("holdfast.db"))) {
      // Of these the backup knows nothing.
      for (int i = 0; i < 50; i++) {
        given.add(BackupFixture.reserve(store, 1000 + i));
      }
    }
    Restore.Restored restored = restore(SILENT);
    assertEquals(manifest, restored.manifest());
    long revision = RESERVATIONS + 1;
    assertEquals(
        List.of(
            new RestoredStore.Revision("cold", 1, 1 + RAISE),
            new RestoredStore.Revision(REPOSITORY, revision, revision + RAISE)),
        restored.revisions().stream()
            .map(
                one ->
                    new RestoredStore.Revision(one.repositoryId(), one.backedUp(), one.restored()))
            .toList());
    assertEquals(Set.of("holdfast.db", "holdfast.mark"), names());

    try (DataDirectory data = DataDirectory.hold(target, "test")) {
      HighWaterMark.check(data);
      try (SqliteStore store = SqliteStore.open(data.database())) {
        for (int i = 0; i < 50; i++) {
          long generation = BackupFixture.reserve(store, 1000 + i);
          assertTrue(generation > RAISE, "generation " + generation);
          assertTrue(given.add(generation), "generation " + generation + " again");
        }
        // A watcher that was ahead of the backup, and one that was not, miss the gap.
        for (long after : new long[] {revision - 1, revision + 50}) {
          EventsPage page = store.events(EventsQuery.all(REPOSITORY, after, 10));
          assertNotNull(page);
          assertEquals(revision + RAISE, page.events().get(0).revision());
          assertTrue(page.oldestRevision() >= revision + RAISE, page::toString);
        }
        assertEquals(
            RESERVATIONS + 50, assertNotNullRepository(store), "reservations of the backup");
      }
    }
  }

  @Test
  void aLaterRestoreOfTheSameFileGivesNothingOutAgain() throws IOException {
    long backupMicros = ChronoUnit.MICROS.between(Instant.EPOCH, manifest.createTime());
    long first = restoredAt(backupMicros + 3_000_000);
    target = temp.resolve("second");
    long second = restoredAt(backupMicros + 5_000_000);
    long revision = RESERVATIONS + 1;
    assertEquals(revision + RAISE + 3 * RAISE_PER_SECOND, first);
    assertEquals(revision + RAISE + 5 * RAISE_PER_SECOND, second);
    target = temp.resolve("third");
    assertEquals(
        revision + RAISE, restoredAt(backupMicros - 1_000_000), "a clock that was set back");
    target = temp.resolve("fourth");
    long last = restoredAt(Long.MAX_VALUE);
    assertEquals(revision + RAISE + (1L << 52), last, "a clock that is wrong by far");
  }

  private long restoredAt(long nowMicros) throws IOException {
    return Restore.restore(file, target, "test", nowMicros, SILENT).revisions().stream()
        .filter(one -> one.repositoryId().equals(REPOSITORY))
        .mapToLong(RestoredStore.Revision::restored)
        .findFirst()
        .orElseThrow();
  }

  private static long assertNotNullRepository(SqliteStore store) {
    var repository = store.repository(REPOSITORY);
    assertNotNull(repository);
    return repository.reservationCount();
  }

  @Test
  void writesIntoAnEmptyDirectoryOnly() throws IOException {
    Files.createDirectories(target.resolve("lost+found"));
    restore(SILENT);
    Map<String, Integer> before = contents(target);
    BackupException again = assertThrows(BackupException.class, () -> restore(SILENT).toString());
    assertTrue(String.valueOf(again.getMessage()).contains("holdfast.db"), again::getMessage);
    assertEquals(before, contents(target));

    target = temp.resolve("other");
    Files.createDirectories(target);
    Files.writeString(target.resolve("something"), "else");
    before = contents(target);
    BackupException other = assertThrows(BackupException.class, () -> restore(SILENT).toString());
    assertTrue(
        String.valueOf(other.getMessage()).contains("is not empty: it contains something"),
        other::getMessage);
    assertEquals(before, contents(target));
  }

  /** A failure at any point leaves no database and no mark; the next restore works. */
  @Test
  void isThereWholeOrNotAtAll() throws IOException {
    for (String at : List.of("checking", "copying", "raising", "recounting")) {
      BackupProgress failing =
          (phase, done, total) -> {
            assertFalse(Files.exists(target.resolve("holdfast.db")), phase);
            if (phase.startsWith(at)) {
              throw new BackupException("interrupted");
            }
          };
      assertThrows(BackupException.class, () -> restore(failing).toString());
      assertEquals(Set.of(), names(), at);
    }
    restore(SILENT);
    assertEquals(Set.of("holdfast.db", "holdfast.mark"), names());
  }

  /** What a killed restore leaves: no server makes a new store beside it. */
  @Test
  void anUnfinishedOneIsNotServedAndIsRepeated() throws IOException {
    Files.createDirectories(target);
    for (String name : List.of("holdfast.restore", "holdfast.restore-wal", "holdfast.mark")) {
      Files.write(target.resolve(name), new byte[5000]);
      try (DataDirectory data = DataDirectory.hold(target, "test")) {
        for (boolean accepted : List.of(false, true)) {
          IllegalStateException refused =
              assertThrows(
                  IllegalStateException.class,
                  () -> {
                    if (accepted) {
                      HighWaterMark.acceptLoss(data, 1);
                    }
                    HighWaterMark.check(data);
                  });
          assertTrue(
              String.valueOf(refused.getMessage()).contains("did not finish"), refused::getMessage);
        }
      }
    }
    restore(SILENT);
    assertEquals(Set.of("holdfast.db", "holdfast.mark"), names());
  }

  @Test
  void aBackupInThePlaceOfAStoreIsNotServed() throws IOException {
    Files.createDirectories(target);
    Files.copy(file, target.resolve("holdfast.db"));
    // As if the mark had been put back too.
    Files.copy(dataDir.resolve("holdfast.mark"), target.resolve("holdfast.mark"));
    try (DataDirectory data = DataDirectory.hold(target, "test")) {
      for (boolean accepted : List.of(false, true)) {
        IllegalStateException refused =
            assertThrows(
                IllegalStateException.class,
                () -> {
                  if (accepted) {
                    HighWaterMark.acceptLoss(data, 1);
                  }
                  HighWaterMark.check(data);
                });
        assertTrue(
            String.valueOf(refused.getMessage()).contains("run 'holdfast restore --from FILE"),
            refused::getMessage);
      }
    }
  }
}
