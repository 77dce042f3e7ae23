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
 * The file of the high-water mark, outside the database. It has two places that are written in
 * turn, each with a checksum, so that a write that is cut off leaves the other.
 */
public final class MarkFile implements AutoCloseable {
  private static final long FORMAT = 0x484f4c444d41524bL + 3; // "HOLDMARK", version 3
  private static final int BYTES = 9 * Long.BYTES;

  /** So that the two never share a sector of the disk. */
  private static final int PLACE_BYTES = 4096;

  private static final int PLACES = 2;

  private final FileChannel channel;
  private final @Nullable Object key;
  private final Sync sync;
  private int place;

  private MarkFile(FileChannel channel, @Nullable Object key, Sync sync) {
    this.channel = channel;
    this.key = key;
    this.sync = sync;
  }

  /** Brings to the disk what was written, so that a test can have that fail. */
  public interface Sync {
    Sync REAL = channel -> channel.force(false);

    void of(FileChannel channel) throws IOException;
  }

  /** A sync failed: nobody knows what of the file the disk has, and it will not say so again. */
  static final class FailedSyncException extends IOException {
    private static final long serialVersionUID = 1;

    FailedSyncException(IOException cause) {
      super(cause.getMessage(), cause);
    }
  }

  /**
   * What it says.
   *
   * @param found whether there is such a file
   * @param mark the newest of what can be read of it; null for nothing
   */
  public record Content(boolean found, @Nullable Mark mark) {}

  /**
   * A store at some time.
   *
   * @param position how far it had come
   * @param micros what the clock said then, in microseconds since the epoch
   */
  public record Mark(StorePosition position, long micros) {
    /** One that is behind in anything else is newer where a loss was accepted between the two. */
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
      for (int i = 0; i < PLACES; i++) {
        Mark one = read(channel, i);
        if (one != null && (newest == null || one.isNewerThan(newest))) {
          newest = one;
        }
      }
    }
    return new Content(true, newest);
  }

  private static @Nullable Mark read(FileChannel channel, int place) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(BYTES);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, (long) place * PLACE_BYTES + bytes.position()) < 0) {
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
   * Makes the file again, with this in both places, durably. Where that fails, as on a full disk,
   * there is the file that was there before, or none.
   */
  public static MarkFile make(Path path, Mark mark, Sync sync) throws IOException {
    return Files.exists(path) ? written(path, mark, sync) : replace(path, mark, sync);
  }

  /** Makes a new file that takes the name of what is there, if anything is. */
  static MarkFile replace(Path path, Mark mark, Sync sync) throws IOException {
    Path fresh = path.resolveSibling(path.getFileName() + ".new");
    OwnerOnly.file(fresh);
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
      for (int i = 0; i < PLACES; i++) {
        file.write(mark);
      }
      return file;
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  /** Whether this name leads to it. */
  boolean isAt(Path path) {
    return key == null ? Files.exists(path) : !OpenFiles.isReplaced(path, key);
  }

  /** Writes it over the older of the two, durably. */
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
    long at = (long) place * PLACE_BYTES;
    while (bytes.hasRemaining()) {
      channel.write(bytes, at + bytes.position());
    }
    try {
      sync.of(channel);
    } catch (IOException e) {
      throw new FailedSyncException(e);
    }
    place = (place + 1) % PLACES;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
