package dev.holdfast.server.store.sqlite.directory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the reserved disk space for a start, on full disks and on disks with free space. */
class DiskReserveTest {
  /** A disk that somebody else fills. */
  private static final class FakeDisk implements DiskReserve.Disk {
    long usableBytes = Long.MAX_VALUE;
    boolean full;
    int filled;

    @Override
    public long usableBytes(Path directory) {
      return usableBytes;
    }

    @Override
    public void fill(Path file) throws IOException {
      filled++;
      if (full) {
        Files.write(file, new byte[4096]);
        throw new IOException("No space left on device");
      }
      REAL.fill(file);
    }
  }

  @TempDir private Path directory;
  private final FakeDisk disk = new FakeDisk();

  private DiskReserve reserve() {
    return new DiskReserve(directory, disk);
  }

  private Path file() {
    return directory.resolve("holdfast.reserve");
  }

  private void assertFiles(String... names) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      assertEquals(List.of(names), files.map(file -> file.getFileName().toString()).toList());
    }
  }

  @Test
  void itTakesAsMuchRoomAsItSaysForItsOwnerAlone() throws IOException {
    reserve().makeIfMissing();
    byte[] bytes = Files.readAllBytes(file());
    assertEquals(DiskReserve.BYTES, bytes.length);
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file())));
    Deflater deflater = new Deflater();
    deflater.setInput(bytes);
    deflater.finish();
    int compressed = deflater.deflate(new byte[2 * bytes.length]);
    deflater.end();
    assertTrue(compressed >= bytes.length, "a file system could make it smaller: " + compressed);
  }

  @Test
  void itIsMadeOnceAndMadeWholeWhereACrashLeftAPart() throws IOException {
    Files.write(file(), new byte[100]);
    DiskReserve reserve = reserve();
    reserve.makeIfMissing();
    assertEquals(DiskReserve.BYTES, Files.size(file()));
    reserve.makeIfMissing();
    assertEquals(1, disk.filled);
  }

  @Test
  void whatIsLeftOfTheDiskIsForOthers() throws IOException {
    DiskReserve reserve = reserve();
    disk.usableBytes = 2 * DiskReserve.BYTES - 1;
    reserve.makeIfMissing();
    assertFiles();
    disk.usableBytes++;
    reserve.makeIfMissing();
    assertFiles("holdfast.reserve");
  }

  @Test
  void aPartOfItIsNotLeftOnAFullDisk() throws IOException {
    DiskReserve reserve = reserve();
    disk.full = true;
    reserve.makeIfMissing();
    assertFiles();
    disk.full = false;
    reserve.makeIfMissing();
    assertFiles("holdfast.reserve");
  }

  @Test
  void aStartTakesItsRoomWhereThereIsNoOther() throws IOException {
    reserve().makeIfMissing();
    Files.write(directory.resolve("holdfast.reserve.probe"), new byte[100]);
    reserve().freeSpaceForStart();
    assertFiles("holdfast.reserve");

    disk.full = true;
    reserve().freeSpaceForStart();
    assertFiles();
    reserve().freeSpaceForStart();
    assertFalse(Files.exists(file()));
  }
}
