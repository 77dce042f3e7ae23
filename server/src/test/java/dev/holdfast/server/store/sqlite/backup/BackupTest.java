package dev.holdfast.server.store.sqlite.backup;

import static dev.holdfast.server.store.sqlite.backup.BackupFixture.RESERVATIONS;
import static dev.holdfast.server.store.sqlite.backup.BackupFixture.SILENT;
import static dev.holdfast.server.store.sqlite.backup.BackupFixture.contents;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.server.store.sqlite.SqliteStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests backups of stores that no server has open. */
class BackupTest {
  @TempDir private Path temp;
  private Path dataDir = Path.of("");
  private Path elsewhere = Path.of("");
  private Path file = Path.of("");

  @BeforeEach
  void name() throws IOException {
    dataDir = temp.resolve("data");
    elsewhere = Files.createDirectory(temp.resolve("elsewhere"));
    file = elsewhere.resolve("backup");
  }

  private BackupManifest backUp() throws IOException {
    return Backup.write(dataDir, file, "1.2.3", SILENT);
  }

  private BackupException refused(SnapshotCopy.Limits limits, BackupProgress progress) {
    BackupException refused =
        assertThrows(
            BackupException.class,
            () -> Backup.write(dataDir, file, "1.2.3", limits, progress).toString());
    assertFalse(String.valueOf(refused.getMessage()).contains("\n"), refused::getMessage);
    return refused;
  }

  private void assertRefused(String why) throws IOException {
    Map<String, Integer> before = contents(elsewhere);
    BackupException refused = refused(SnapshotCopy.Limits.DEFAULT, SILENT);
    assertTrue(String.valueOf(refused.getMessage()).contains(why), refused::getMessage);
    assertEquals(before, contents(elsewhere), "something was left");
  }

  private void assertIsOfStore(BackupManifest manifest) throws IOException {
    assertEquals("1.2.3", manifest.programVersion());
    assertEquals(2, manifest.repositoryCount());
    assertEquals(RESERVATIONS, manifest.reservationCount());
    assertEquals(RESERVATIONS + 1, manifest.revision());
    assertEquals(List.of(file.toString()), List.copyOf(contents(elsewhere).keySet()));
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    BackupFile backup = BackupFile.open(file);
    assertEquals(manifest, backup.manifest());
    backup.check(SILENT);
  }

  @Test
  void ofAStoppedStoreLeavesItAsItWas() throws IOException {
    BackupFixture.stopped(dataDir);
    Map<String, Integer> before = contents(dataDir);
    BackupManifest manifest = backUp();
    assertIsOfStore(manifest);
    assertEquals(Optional.of(manifest.createTime()), LastBackup.read(dataDir));
    Map<String, Integer> after = contents(dataDir);
    after.keySet().removeIf(name -> name.endsWith("holdfast.backup"));
    assertEquals(before, after);
  }

  @Test
  void ofAKilledStoreContainsTheWalAndLeavesIt() throws IOException {
    BackupFixture.killed(dataDir);
    Map<String, Integer> before = contents(dataDir);
    assertTrue(before.keySet().stream().anyMatch(name -> name.endsWith("-wal")), before::toString);
    assertIsOfStore(backUp());
    Map<String, Integer> after = contents(dataDir);
    // SQLite needs the WAL index, which each start makes again.
    after.keySet().removeIf(name -> name.endsWith("holdfast.backup") || name.endsWith("-shm"));
    assertEquals(before, after);
  }

  /** A signal deletes the copy that is recounted, which is no failure of a store. */
  @Test
  void aCopyThatIsDeletedIsNotReportedAsReplaced() throws IOException {
    Path copy = BackupFixture.stopped(dataDir).resolve("holdfast.db");
    SqliteStore store = SqliteStore.openCopyForVerification(copy);
    Files.delete(copy);
    assertDoesNotThrow(store::close);
  }

  @Test
  void refusesTargetsThatItWouldOverwriteOrLose() throws IOException {
    BackupFixture.stopped(dataDir);
    backUp();
    byte[] first = Files.readAllBytes(file);
    BackupException exists = refused(SnapshotCopy.Limits.DEFAULT, SILENT);
    assertTrue(String.valueOf(exists.getMessage()).contains("exists"), exists::getMessage);
    assertEquals(first.length, Files.size(file));
    file = temp.resolve("nowhere/backup");
    assertRefused("there is no directory " + temp.resolve("nowhere"));
    Map<String, Integer> before = contents(dataDir);
    file = dataDir.resolve("backup");
    BackupException inside = refused(SnapshotCopy.Limits.DEFAULT, SILENT);
    assertTrue(String.valueOf(inside.getMessage()).contains("data directory"), inside::getMessage);
    assertEquals(before, contents(dataDir));
  }

  @Test
  void refusesWhatIsNoStore() throws IOException {
    assertRefused("no ledger found in " + dataDir);
    assertFalse(Files.exists(dataDir), "a data directory was made");
    BackupFixture.stopped(dataDir);
    backUp();
    Files.move(file, dataDir.resolve("holdfast.db"), StandardCopyOption.REPLACE_EXISTING);
    assertRefused("is a backup itself");
  }

  @Test
  void refusesAStoreBehindItsMark() throws IOException {
    BackupFixture.killed(dataDir);
    Files.delete(dataDir.resolve("holdfast.db-wal"));
    Files.delete(dataDir.resolve("holdfast.db"));
    Path other = BackupFixture.stopped(temp.resolve("other"));
    Files.copy(other.resolve("holdfast.db"), dataDir.resolve("holdfast.db"));
    assertRefused("behind its high-water mark");
  }

  @Test
  void refusesADamagedStore() throws IOException {
    BackupFixture.stopped(dataDir);
    Path database = dataDir.resolve("holdfast.db");
    byte[] whole = Files.readAllBytes(database);
    int refused = 0;
    // The last bytes of every page, where its rows are.
    for (int at = 4096 - 64; at < whole.length; at += 4096) {
      byte[] damaged = whole.clone();
      for (int i = 0; i < 64; i++) {
        damaged[at + i] ^= 0x55;
      }
      Files.write(database, damaged);
      try {
        backUp();
        Files.delete(file);
      } catch (BackupException e) {
        refused++;
        assertTrue(String.valueOf(e.getMessage()).contains("the store in " + dataDir), e::toString);
        assertEquals(Map.of(), contents(elsewhere), "something was left");
      }
    }
    // Those of an empty table, and of pages that are free, mean nothing.
    int pages = whole.length / 4096;
    assertTrue(refused > pages / 2, refused + " of " + pages + " were refused");
  }

  @Test
  void givesUpBeforeTheWalOrTheDiskBecomesFull() throws IOException {
    BackupFixture.killed(dataDir);
    BackupException wal = refused(new SnapshotCopy.Limits(0, 0), SILENT);
    assertTrue(String.valueOf(wal.getMessage()).contains("the WAL has "), wal::getMessage);
    assertEquals(Map.of(), contents(elsewhere));
    BackupException disk = refused(new SnapshotCopy.Limits(1L << 40, 1L << 60), SILENT);
    assertTrue(
        String.valueOf(disk.getMessage()).contains("bytes are free on the disk of " + dataDir),
        disk::getMessage);
    assertEquals(Map.of(), contents(elsewhere));
  }

  /** A server that starts, writes and stops while its file is copied without locks. */
  @Test
  void copiesAgainWhenAServerCameMeanwhile() throws IOException {
    BackupFixture.stopped(dataDir);
    Path database = dataDir.resolve("holdfast.db");
    List<String> copies = new ArrayList<>();
    BackupProgress once = (phase, done, total) -> noteAndTouch(phase, copies, database, 1);
    Backup.write(dataDir, file, "1.2.3", once);
    assertTrue(copies.size() >= 2, copies::toString);
    Files.delete(file);
    BackupProgress always =
        (phase, done, total) -> noteAndTouch(phase, copies, database, Integer.MAX_VALUE);
    BackupException refused = refused(SnapshotCopy.Limits.DEFAULT, always);
    assertTrue(String.valueOf(refused.getMessage()).contains("try again"), refused::getMessage);
    assertEquals(Map.of(), contents(elsewhere));
  }

  private static void noteAndTouch(String phase, List<String> copies, Path database, int touches) {
    if (phase.equals("copying")) {
      copies.add(phase);
      if (copies.size() <= touches) {
        try {
          Files.setLastModifiedTime(
              database, FileTime.from(Instant.EPOCH.plusSeconds(copies.size())));
        } catch (IOException e) {
          throw new IllegalStateException(e);
        }
      }
    }
  }

  @Test
  void replacesWhatAKilledBackupLeft() throws IOException {
    BackupFixture.stopped(dataDir);
    for (String suffix : List.of("", "-journal", "-wal", "-shm")) {
      Files.write(file.resolveSibling("backup.partial" + suffix), new byte[10_000]);
    }
    assertIsOfStore(backUp());
  }

  /** A failure at any point leaves nothing; the file does not exist before the last one. */
  @Test
  void isThereWholeOrNotAtAll() throws IOException {
    BackupFixture.stopped(dataDir);
    for (String at : List.of("copying", "recounting", "computing")) {
      BackupProgress failing =
          (phase, done, total) -> {
            assertFalse(Files.exists(file), phase);
            if (phase.startsWith(at)) {
              throw new BackupException("interrupted");
            }
          };
      assertEquals("interrupted", refused(SnapshotCopy.Limits.DEFAULT, failing).getMessage(), at);
      assertEquals(Map.of(), contents(elsewhere), at);
      assertEquals(Optional.empty(), LastBackup.read(dataDir), at);
    }
  }
}
