package dev.holdfast.server.store.sqlite.directory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.server.ledger.engine.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * Tests the error messages for an unusable data directory. The full-disk campaign covers the cases
 * that need a separate disk or user.
 */
class DiskTroubleTest {
  @TempDir private Path directory;

  private static StoreException failure(SQLiteErrorCode code) {
    return StoreException.notApplied("cannot open", new SQLiteException("on purpose", code));
  }

  @ParameterizedTest
  @EnumSource(
      value = SQLiteErrorCode.class,
      names = {"SQLITE_FULL", "SQLITE_IOERR_SHMSIZE"})
  void aFullDiskIsToldWithWhatAStartNeeds(SQLiteErrorCode code) {
    assertTrue(DiskTrouble.isFull(failure(code)));
    String told =
        Objects.requireNonNull(DiskTrouble.explain(directory.resolve("data"), failure(code)));
    assertTrue(told.contains(" is full, "), told);
    assertTrue(told.contains("free at least " + DiskReserve.BYTES + " bytes there"), told);
    assertEquals(1, told.lines().count(), told);
  }

  @Test
  void whatIsNoDirectoryIsNamed() throws IOException {
    Path file = Files.createFile(directory.resolve("file"));
    for (Path data : new Path[] {file, file.resolve("below")}) {
      assertEquals(
          file + " is not a directory; name one with --data-dir",
          DiskTrouble.explain(data, new IOException("on purpose")));
    }
  }

  @Test
  void whereNoDirectoryCanBeMadeIsTold() {
    assertEquals(
        "the data dir /proc/holdfast cannot be created in /proc; name another --data-dir",
        DiskTrouble.explain(Path.of("/proc/holdfast"), new IOException("/proc/holdfast")));
  }

  @Test
  void aDirectoryInThePlaceOfAFileIsNamed() throws IOException {
    Path mark = Files.createDirectory(directory.resolve("holdfast.mark"));
    assertEquals(
        mark + " is a directory but should be a file; move it away, or name another --data-dir",
        DiskTrouble.explain(directory, new IOException("Is a directory")));
    Files.delete(mark);
    Path unpacked = Files.createFile(directory.resolve("native"));
    assertEquals(
        unpacked
            + " is not a directory but should be one; move it away, or name another --data-dir",
        DiskTrouble.explain(directory, new IOException("Not a directory")));
  }

  @Test
  void otherFailuresAreToldByThemselves() {
    for (Exception other :
        new Exception[] {
          new IOException("on purpose"),
          new IllegalStateException("on purpose"),
          failure(SQLiteErrorCode.SQLITE_CORRUPT),
          failure(SQLiteErrorCode.SQLITE_IOERR_READ)
        }) {
      assertFalse(DiskTrouble.isFull(other));
      assertNull(DiskTrouble.explain(directory, other));
    }
  }
}
