package dev.holdfast.server.store.sqlite.directory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.SplittableRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reserves disk space for the next start in a file, because on a full disk a start could not write
 * what it needs. A start that finds too little space deletes the file, and a running server creates
 * it again when there is space.
 *
 * <p>Only the holder of the data directory may use it, from one thread at a time.
 */
public final class DiskReserve {
  /**
   * Twice what a start writes at most: SQLite's native code, 1.1 MiB; the WAL index, 2 MiB for each
   * GiB of the WAL, which is limited to one GiB because readers that keep it longer are
   * interrupted; the lock file and the high-water mark, 12 KiB. The commits of a start (the grace
   * of leases and a repository) wait for space without preventing reads.
   */
  static final long BYTES = 8 << 20;

  /** The reserve does not take the last space of the disk, which changes need. */
  private static final long LEFT_TO_OTHERS_BYTES = BYTES;

  private static final int BUFFER_BYTES = 64 << 10;

  private static final Logger LOGGER = LoggerFactory.getLogger(DiskReserve.class);

  /** The disk; a test simulates a full disk. */
  interface Disk {
    /** The real one. */
    Disk REAL =
        new Disk() {
          @Override
          public long usableBytes(Path directory) {
            return directory.toFile().getUsableSpace();
          }

          @Override
          public void fill(Path file) throws IOException {
            DiskReserve.fill(file);
          }
        };

    long usableBytes(Path directory);

    /** Creates a file of {@link #BYTES} bytes. */
    void fill(Path file) throws IOException;
  }

  private final Disk disk;
  private final Path directory;
  private final Path file;
  private final Path probe;

  /** Whether the log already reports that the reserve is missing. */
  private boolean missingLogged;

  DiskReserve(Path directory, Disk disk) {
    this.disk = disk;
    this.directory = directory;
    this.file = directory.resolve("holdfast.reserve");
    this.probe = directory.resolve("holdfast.reserve.probe");
  }

  /**
   * Deletes the reserve unless there is as much free space besides it. A start calls this before it
   * writes.
   */
  void freeSpaceForStart() throws IOException {
    Files.deleteIfExists(probe);
    if (!Files.exists(file) || hasSpace()) {
      return;
    }
    Files.delete(file);
    missingLogged = true;
    LOGGER.warn(
        "disk of {} full; starting with the space reserved by {}. Free disk space: changes are rejected"
            + " until some is available",
        directory,
        file.getFileName());
  }

  /**
   * Returns whether another reserve fits on the disk. It writes one, because neither quotas nor
   * blocks reserved for the superuser can be queried.
   */
  private boolean hasSpace() throws IOException {
    try {
      disk.fill(probe);
      return true;
    } catch (IOException e) {
      LOGGER.debug("no disk space", e);
      return false;
    } finally {
      Files.deleteIfExists(probe);
    }
  }

  /**
   * Creates the reserve if it is missing and there is space. A background task calls this about
   * once a minute.
   */
  public void makeIfMissing() {
    try {
      if (Files.exists(file) && Files.size(file) >= BYTES) {
        return;
      }
      long usableBytes = disk.usableBytes(directory);
      if (usableBytes < BYTES + LEFT_TO_OTHERS_BYTES) {
        logMissing(usableBytes + " bytes are free");
        return;
      }
      disk.fill(file);
      if (missingLogged) {
        missingLogged = false;
        LOGGER.info("disk reserve {} restored", file);
      }
    } catch (IOException e) {
      deletePart();
      logMissing(e.toString());
    }
  }

  private void logMissing(String why) {
    if (!missingLogged) {
      missingLogged = true;
      LOGGER.warn(
          "no disk space for the {} bytes of {}, which lets the server start on a full disk: {};"
              + " retrying",
          BYTES,
          file,
          why);
    }
  }

  private void deletePart() {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      LOGGER.warn("cannot delete {}", file, e);
    }
  }

  /** Fills a file with random bytes, which no file system compresses or stores as a hole. */
  private static void fill(Path path) throws IOException {
    OwnerOnly.createFile(path);
    SplittableRandom random = new SplittableRandom();
    byte[] buffer = new byte[BUFFER_BYTES];
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
      long at = 0;
      while (at < BYTES) {
        random.nextBytes(buffer);
        ByteBuffer bytes = ByteBuffer.wrap(buffer);
        while (bytes.hasRemaining()) {
          at += channel.write(bytes, at);
        }
      }
    }
  }
}
