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
  private static final long FORMAT = 0x484f4c444d41524bL + 2; // "HOLDMARK", version 2
  private static final int BYTES = 8 * Long.BYTES;

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
  public record Content(boolean found, @Nullable StorePosition mark) {}

  public static Content read(Path path) throws IOException {
    if (!Files.exists(path)) {
      return new Content(false, null);
    }
    StorePosition newest = null;
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      for (int i = 0; i < PLACES; i++) {
        StorePosition one = read(channel, i);
        if (one != null && (newest == null || isNewer(one, newest))) {
          newest = one;
        }
      }
    }
    return new Content(true, newest);
  }

  /** One that is behind in anything else is newer where a loss was accepted between the two. */
  private static boolean isNewer(StorePosition one, StorePosition other) {
    return one.revision() == other.revision()
        ? other.isBehind(one)
        : one.revision() > other.revision();
  }

  private static @Nullable StorePosition read(FileChannel channel, int place) throws IOException {
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
    return new StorePosition(
        new UUID(bytes.getLong(), bytes.getLong()),
        bytes.getLong(),
        bytes.getLong(),
        bytes.getLong(),
        bytes.getLong());
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
  public static MarkFile make(Path path, StorePosition mark, Sync sync) throws IOException {
    return Files.exists(path) ? written(path, mark, sync) : replace(path, mark, sync);
  }

  /** Makes a new file that takes the name of what is there, if anything is. */
  static MarkFile replace(Path path, StorePosition mark, Sync sync) throws IOException {
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

  private static MarkFile written(Path path, StorePosition mark, Sync sync) throws IOException {
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
  void write(StorePosition mark) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(BYTES);
    bytes
        .putLong(FORMAT)
        .putLong(mark.ledger().getMostSignificantBits())
        .putLong(mark.ledger().getLeastSignificantBits())
        .putLong(mark.chunk())
        .putLong(mark.versions())
        .putLong(mark.quietCommits())
        .putLong(mark.revision());
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
