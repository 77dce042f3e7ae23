package dev.holdfast.it;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

/**
 * A small disk that somebody else fills: {@code integration-tests/campaigns/full-disk/run} mounts
 * it.
 */
record SmallDisk(Path path) {
  private static final int PIECE_BYTES = 4096;
  private static final int LARGE_PIECE_BYTES = 1 << 20;

  static SmallDisk mounted() {
    String mounted = System.getProperty("holdfast.full-disk.directory");
    assertNotNull(mounted, "see full-disk/run");
    return new SmallDisk(Path.of(mounted));
  }

  void clear() throws IOException {
    try (Stream<Path> files = Files.walk(path)) {
      List<Path> all = new ArrayList<>(files.filter(file -> !file.equals(path)).toList());
      Collections.reverse(all);
      for (Path file : all) {
        Files.delete(file);
      }
    }
  }

  /** The file of somebody else. */
  Path fill() {
    return path.resolve("somebody-elses");
  }

  static void create(Path file) throws IOException {
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
  }

  long freeBytes() {
    return path.toFile().getUsableSpace();
  }

  /**
   * Somebody else writes until the disk is full. A program that notices it may have freed space by
   * the time this returns.
   */
  void fillUp() {
    IOException full = assertThrows(IOException.class, () -> fillTo(-1));
    assertTrue(String.valueOf(full.getMessage()).contains("No space left"), full::toString);
  }

  /** Somebody else writes until no more than this is free. */
  void fillTo(long freeBytes) throws IOException {
    if (!Files.exists(fill())) {
      create(fill());
    }
    byte[] large = new byte[LARGE_PIECE_BYTES];
    byte[] piece = new byte[PIECE_BYTES];
    try (OutputStream out = Files.newOutputStream(fill(), StandardOpenOption.APPEND)) {
      while (freeBytes() - LARGE_PIECE_BYTES > freeBytes) {
        out.write(large);
      }
      while (freeBytes() > freeBytes) {
        out.write(piece);
      }
    }
  }
}
