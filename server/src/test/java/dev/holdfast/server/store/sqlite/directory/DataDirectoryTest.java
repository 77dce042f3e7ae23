package dev.holdfast.server.store.sqlite.directory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.server.store.sqlite.StorePosition;
import dev.holdfast.server.store.sqlite.mark.MarkFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files beside the database. */
class DataDirectoryTest {
  @TempDir private Path directory;

  @Test
  void whoHoldsItIsToldWithTheLastWords() throws IOException {
    try (DataDirectory held = DataDirectory.hold(directory, "a holder with a long name")) {
      held.setHolder("process 1");
      assertEquals("process 1\n", Files.readString(directory.resolve(DataDirectory.LOCK)));
    }
  }

  @Test
  void whatIsNotOursKeepsItsRights() throws IOException {
    Path foreign = Files.createFile(directory.resolve("foreign"));
    Path own = Files.createFile(directory.resolve("holdfast.db-journal"));
    setRights(foreign, "rw-r--r--");
    setRights(own, "rw-r--r--");
    setRights(directory, "rwxrwxrwx");
    DataDirectory.hold(directory, "test").close();
    assertEquals("rw-r--r--", rights(foreign));
    assertEquals("rwxrwxrwx", rights(directory));
    assertEquals("rw-------", rights(own));

    Files.delete(foreign);
    DataDirectory.hold(directory, "test").close();
    assertEquals("rwx------", rights(directory));
  }

  @Test
  void whoOnlyLooksTakesNoRights() throws IOException {
    Path own = Files.createFile(directory.resolve("holdfast.db-journal"));
    setRights(own, "rw-r--r--");
    setRights(directory, "rwxr-xr-x");
    DataDirectory.holdForVerification(directory, "test").close();
    assertEquals("rw-r--r--", rights(own));
    assertEquals("rwxr-xr-x", rights(directory));
  }

  private static void setRights(Path path, String rights) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(rights));
  }

  private static String rights(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  /** A file without content would be taken for one that was damaged. */
  @Test
  void whereThereIsNoRoomForAMarkThereIsNone() throws IOException {
    Path mark = directory.resolve("holdfast.mark");
    Path fresh = directory.resolve("holdfast.mark.new");
    MarkFile.Mark position = new MarkFile.Mark(new StorePosition(new UUID(1, 2), 3, 4, 5, 6), 7);
    Files.createSymbolicLink(fresh, Path.of("/dev/full"));
    assertThrows(IOException.class, () -> MarkFile.create(mark, position, MarkFile.Sync.REAL));
    assertFalse(Files.exists(mark));

    Files.delete(fresh);
    // What a crash left.
    Files.writeString(fresh, "a part");
    MarkFile.create(mark, position, MarkFile.Sync.REAL).close();
    assertEquals(new MarkFile.Content(true, position), MarkFile.read(mark));
    assertFalse(Files.exists(fresh));
    assertTrue(Files.isRegularFile(mark));
  }
}
