package dev.holdfast.server.store.sqlite.backup;

import static dev.holdfast.server.store.sqlite.backup.BackupFixture.SILENT;
import static dev.holdfast.server.store.sqlite.backup.BackupFixture.contents;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that are no whole backup of a known version are refused before anything is written. */
class BackupFileTest {
  private static final int FLIPS = 200;

  @TempDir private Path temp;
  private Path file = Path.of("");
  private byte[] whole = new byte[0];
  private int databaseBytes;

  @BeforeEach
  void backUp() throws IOException {
    Path dataDir = BackupFixture.stopped(temp.resolve("data"));
    file = temp.resolve("backup");
    databaseBytes = (int) Backup.write(dataDir, file, "1.2.3", SILENT).databaseBytes();
    whole = Files.readAllBytes(file);
  }

  private void assertRefused(byte[] bytes, String what, String... words) throws IOException {
    Files.write(file, bytes);
    BackupException inspected =
        assertThrows(BackupException.class, () -> BackupFile.open(file).check(SILENT), what);
    String message = String.valueOf(inspected.getMessage());
    for (String word : words) {
      assertTrue(message.contains(word), message);
    }
    Path target = temp.resolve("target");
    BackupException restored =
        assertThrows(
            BackupException.class,
            () -> Restore.restore(file, target, "test", 1, SILENT).toString(),
            what);
    assertEquals(message, restored.getMessage());
    assertEquals(Map.of(), contents(target));
    assertFalse(Files.exists(target), what);
  }

  @Test
  void everyFlippedByteOfTheEndIsNoticed() throws IOException {
    for (int at = databaseBytes; at < whole.length; at++) {
      byte[] flipped = whole.clone();
      flipped[at] ^= 1;
      assertRefused(flipped, "byte " + at);
    }
  }

  @Test
  void everyFlippedByteOfTheDatabaseIsNoticed() throws IOException {
    Random random = new Random(databaseBytes);
    for (int i = 0; i < FLIPS; i++) {
      byte[] flipped = whole.clone();
      int at = random.nextInt(databaseBytes);
      flipped[at] ^= (byte) (1 << random.nextInt(8));
      assertRefused(flipped, "byte " + at, "is damaged", "SHA-256");
    }
  }

  @Test
  void aCutFileIsNoticed() throws IOException {
    for (int length : new int[] {0, 1, 19, 20, 4096, databaseBytes, whole.length - 1}) {
      assertRefused(Arrays.copyOf(whole, length), length + " bytes", "its end is missing");
    }
    // The middle is missing, and the end is there.
    byte[] shorter = Arrays.copyOfRange(whole, 4096, whole.length);
    assertRefused(shorter, "without a page", "is damaged", "bytes were written");
  }

  @Test
  void aNewerVersionIsRefusedAndNamed() throws IOException {
    byte[] newer = whole.clone();
    ByteBuffer.wrap(newer).putInt(newer.length - 12, 2);
    assertRefused(newer, "format", "has format 2", "format 1 only");

    byte[] database = Arrays.copyOf(whole, databaseBytes);
    Files.write(file, database);
    BackupFile.complete(
        file,
        new BackupManifest(
            "9.9",
            99,
            new UUID(1, 2),
            Instant.EPOCH,
            databaseBytes,
            BackupFile.sha256(file, SILENT),
            1,
            1,
            1));
    assertRefused(Files.readAllBytes(file), "schema", "schema version 99", "holdfast 9.9");
  }

  @Test
  void whatIsNoFileIsNamed() {
    Path missing = temp.resolve("missing");
    BackupException none =
        assertThrows(BackupException.class, () -> BackupFile.open(missing).manifest());
    assertEquals("there is no file " + missing, none.getMessage());
    BackupException directory =
        assertThrows(BackupException.class, () -> BackupFile.open(temp).manifest());
    assertTrue(String.valueOf(directory.getMessage()).contains("is not a file"));
  }
}
