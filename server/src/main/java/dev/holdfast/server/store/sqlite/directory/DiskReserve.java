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
 * A file that keeps room on the disk for the next start: on a full one that would find no place for
 * what it has to write. A start that finds too little room deletes it, and a server that runs makes
 * it again when there is room.
 *
 * <p>For whoever holds the directory, one thread at a time.
 */
public final class DiskReserve {
  /**
   * Twice what a start writes at most: SQLite's native code, 1.1 MiB; the index of the log, 2 MiB
   * for each GiB of it, and beyond one GiB the readers that keep the log give up; the files of the
   * lock and of the mark, 12 KiB. What it commits, the grace of leases and a repository, waits for
   * room without keeping it from serving.
   */
  static final long BYTES = 8 << 20;

  /** It is not made from the last room of the disk, which changes need. */
  private static final long LEFT_TO_OTHERS_BYTES = BYTES;

  private static final int PIECE_BYTES = 64 << 10;

  private static final Logger LOGGER = LoggerFactory.getLogger(DiskReserve.class);

  /** The disk; a test has it be full. */
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

    /** Makes a file that takes {@link #BYTES} of room. */
    void fill(Path file) throws IOException;
  }

  private final Disk disk;
  private final Path directory;
  private final Path file;
  private final Path probe;

  /** Whether somebody was told that it is missing. */
  private boolean toldMissing;

  DiskReserve(Path directory, Disk disk) {
    this.disk = disk;
    this.directory = directory;
    this.file = directory.resolve("holdfast.reserve");
    this.probe = directory.resolve("holdfast.reserve.probe");
  }

  /** Deletes it where there is not as much room beside it. For a start, before that writes. */
  void makeRoomForStart() throws IOException {
    Files.deleteIfExists(probe);
    if (!Files.exists(file) || hasRoom()) {
      return;
    }
    Files.delete(file);
    toldMissing = true;
    LOGGER.warn(
        "the disk of {} is full; the start takes the room of {}, which it keeps for that. Make room"
            + " there: changes are refused until there is some",
        directory,
        file.getFileName());
  }

  /** Tries it, as neither quotas nor what the superuser alone may use can be asked for. */
  private boolean hasRoom() throws IOException {
    try {
      disk.fill(probe);
      return true;
    } catch (IOException e) {
      LOGGER.debug("there is no room", e);
      return false;
    } finally {
      Files.deleteIfExists(probe);
    }
  }

  /** Makes it where it is missing and there is room. To be called about once a minute. */
  public void makeIfMissing() {
    try {
      if (Files.exists(file) && Files.size(file) >= BYTES) {
        return;
      }
      long usableBytes = disk.usableBytes(directory);
      if (usableBytes < BYTES + LEFT_TO_OTHERS_BYTES) {
        tellMissing(usableBytes + " bytes are free");
        return;
      }
      disk.fill(file);
      if (toldMissing) {
        toldMissing = false;
        LOGGER.info("{} is there again", file);
      }
    } catch (IOException e) {
      deletePart();
      tellMissing(e.toString());
    }
  }

  private void tellMissing(String why) {
    if (!toldMissing) {
      toldMissing = true;
      LOGGER.warn(
          "there is no room for the {} bytes of {}, with which the server can start on a full disk:"
              + " {}. It is tried again",
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

  /** With bytes that no file system leaves out or makes smaller. */
  private static void fill(Path path) throws IOException {
    OwnerOnly.file(path);
    SplittableRandom random = new SplittableRandom();
    byte[] piece = new byte[PIECE_BYTES];
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
      long at = 0;
      while (at < BYTES) {
        random.nextBytes(piece);
        ByteBuffer bytes = ByteBuffer.wrap(piece);
        while (bytes.hasRemaining()) {
          at += channel.write(bytes, at);
        }
      }
    }
  }
}
