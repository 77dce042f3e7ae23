package dev.holdfast.server.store.sqlite.mark;

import dev.holdfast.server.store.sqlite.StorePosition;
import dev.holdfast.server.store.sqlite.directory.OpenFiles;
import dev.holdfast.server.store.sqlite.directory.OwnerOnly;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes the file of the high-water mark, outside the database. The file has two slots
 * that are written alternately, each with a checksum, so that an interrupted write leaves the other
 * slot intact.
 */
public final class MarkFile implements AutoCloseable {
  private static final long FORMAT = 0x484f4c444d41524bL + 3; // "HOLDMARK", version 3
  private static final int BYTES = 9 * Long.BYTES;

  /** The distance of the slots, so that they never share a sector of the disk. */
  private static final int SLOT_BYTES = 4096;

  private static final int SLOTS = 2;

  private final FileChannel channel;
  private final @Nullable Object key;
  private final Sync sync;
  private int nextSlot;

  private MarkFile(FileChannel channel, @Nullable Object key, Sync sync) {
    this.channel = channel;
    this.key = key;
    this.sync = sync;
  }

  /** Syncs the file; tests simulate failures. */
  public interface Sync {
    Sync REAL = channel -> channel.force(false);

    void of(FileChannel channel) throws IOException;
  }

  /**
   * Reports a failed sync: it is unknown what the disk contains, and a later sync will not report
   * the failure again.
   */
  static final class FailedSyncException extends IOException {
    private static final long serialVersionUID = 1;

    FailedSyncException(IOException cause) {
      super(cause.getMessage(), cause);
    }
  }

  /**
   * The content of the file.
   *
   * @param found whether the file exists
   * @param mark the newest readable mark; null for none
   */
  public record Content(boolean found, @Nullable Mark mark) {}

  /**
   * The position of a store at a time.
   *
   * @param position the position
   * @param micros the time, in microseconds since the epoch
   */
  public record Mark(StorePosition position, long micros) {
    /**
     * Returns whether this mark is newer. If the revisions differ, only they count: other numbers
     * may have decreased when a loss was accepted.
     */
    private boolean isNewerThan(Mark other) {
      if (position.equals(other.position)) {
        return micros > other.micros;
      }
      return position.revision() == other.position.revision()
          ? other.position.isBehind(position)
          : position.revision() > other.position.revision();
    }
  }

  public static Content read(Path path) throws IOException {
    if (!Files.exists(path)) {
      return new Content(false, null);
    }
    Mark newest = null;
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      for (int i = 0; i < SLOTS; i++) {
        Mark mark = read(channel, i);
        if (mark != null && (newest == null || mark.isNewerThan(newest))) {
          newest = mark;
        }
      }
    }
    return new Content(true, newest);
  }

  private static @Nullable Mark read(FileChannel channel, int slot) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(BYTES);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, (long) slot * SLOT_BYTES + bytes.position()) < 0) {
        return null;
      }
    }
    bytes.flip();
    long checksum = bytes.getLong(BYTES - Long.BYTES);
    if (bytes.getLong() != FORMAT || checksum != checksum(bytes.array())) {
      return null;
    }
    StorePosition position =
        new StorePosition(
            new UUID(bytes.getLong(), bytes.getLong()),
            bytes.getLong(),
            bytes.getLong(),
            bytes.getLong(),
            bytes.getLong());
    return new Mark(position, bytes.getLong());
  }

  private static long checksum(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, BYTES - Long.BYTES);
    return crc.getValue();
  }

  /**
   * Writes a mark to both slots, durably; creates the file if it is missing. After a failure, for
   * example on a full disk, the old file remains, or no file.
   */
  public static MarkFile create(Path path, Mark mark, Sync sync) throws IOException {
    return Files.exists(path) ? written(path, mark, sync) : replace(path, mark, sync);
  }

  /** Creates a new file that replaces an existing one, if any. */
  static MarkFile replace(Path path, Mark mark, Sync sync) throws IOException {
    Path fresh = path.resolveSibling(path.getFileName() + ".new");
    OwnerOnly.createFile(fresh);
    MarkFile file = written(fresh, mark, sync);
    try (FileChannel directory = FileChannel.open(path.toAbsolutePath().getParent())) {
      Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE);
      directory.force(true);
      return file;
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  private static MarkFile written(Path path, Mark mark, Sync sync) throws IOException {
    MarkFile file =
        new MarkFile(FileChannel.open(path, StandardOpenOption.WRITE), OpenFiles.key(path), sync);
    try {
      for (int i = 0; i < SLOTS; i++) {
        file.write(mark);
      }
      return file;
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  /** Returns whether a path leads to this file. */
  boolean isAt(Path path) {
    return key == null ? Files.exists(path) : !OpenFiles.isReplaced(path, key);
  }

  /** Overwrites the slot with the older mark, durably. */
  void write(Mark mark) throws IOException {
    StorePosition position = mark.position();
    ByteBuffer bytes = ByteBuffer.allocate(BYTES);
    bytes
        .putLong(FORMAT)
        .putLong(position.ledger().getMostSignificantBits())
        .putLong(position.ledger().getLeastSignificantBits())
        .putLong(position.chunk())
        .putLong(position.versions())
        .putLong(position.quietCommits())
        .putLong(position.revision())
        .putLong(mark.micros());
    bytes.putLong(checksum(bytes.array())).flip();
    long at = (long) nextSlot * SLOT_BYTES;
    while (bytes.hasRemaining()) {
      channel.write(bytes, at + bytes.position());
    }
    try {
      sync.of(channel);
    } catch (IOException e) {
      throw new FailedSyncException(e);
    }
    nextSlot = (nextSlot + 1) % SLOTS;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
