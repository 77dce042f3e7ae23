package dev.holdfast.server.store.sqlite;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * The directory of a ledger, held by one program at a time. The operating system lets go of it when
 * that program ends, however it ends.
 */
public final class DataDirectory implements AutoCloseable {
  /** The file whose lock holds the directory. */
  static final String LOCK = "holdfast.lock";

  private static final String UNPACK_DIRECTORY = "org.sqlite.tmpdir";

  private final Path path;
  private final FileChannel channel;

  private DataDirectory(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  /** Somebody else holds the directory. */
  public static final class HeldException extends RuntimeException {
    private static final long serialVersionUID = 1;

    HeldException(Path path, String holder) {
      super(
          "the data dir "
              + path
              + " is held by "
              + (holder.isEmpty() ? "another program" : holder)
              + "; end that first, or name another --data-dir");
    }
  }

  /**
   * Takes hold of a directory, and makes it where it is missing.
   *
   * @param holder who holds it from now on, for whoever is refused
   * @throws HeldException where somebody else holds it
   * @throws IOException where it cannot be made or written to
   */
  public static DataDirectory hold(Path path, String holder) throws IOException {
    OwnerOnly.directory(path);
    OwnerOnly.file(path.resolve(LOCK));
    FileChannel channel =
        FileChannel.open(
            path.resolve(LOCK),
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
    if (lock(channel) == null) {
      String other = read(channel);
      channel.close();
      throw new HeldException(path, other);
    }
    DataDirectory directory = new DataDirectory(path, channel);
    directory.setHolder(holder);
    unpackInto(path.resolve("native"));
    return directory;
  }

  /**
   * Has the driver unpack SQLite's native code here, unless somebody told it another place. In the
   * system's temporary directory, where it would go, each program that was killed leaves a copy
   * behind for ever, and often nothing may be executed.
   */
  private static void unpackInto(Path directory) throws IOException {
    if (System.getProperty(UNPACK_DIRECTORY) != null) {
      return;
    }
    OwnerOnly.directory(directory);
    try (DirectoryStream<Path> leftBehind = Files.newDirectoryStream(directory)) {
      for (Path file : leftBehind) {
        Files.delete(file);
      }
    }
    System.setProperty(UNPACK_DIRECTORY, directory.toString());
  }

  private static @Nullable FileLock lock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      // Held within this very process.
      return null;
    }
  }

  private static String read(FileChannel channel) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(1024, channel.size()));
    while (bytes.hasRemaining() && channel.read(bytes, bytes.position()) >= 0) {
      // Reads on.
    }
    return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8).strip();
  }

  /** Says who holds it, for whoever is refused. */
  public void setHolder(String holder) throws IOException {
    channel.truncate(0);
    channel.write(ByteBuffer.wrap((holder + "\n").getBytes(StandardCharsets.UTF_8)), 0);
  }

  /** The file of the database. */
  public Path database() {
    return path.resolve("holdfast.db");
  }

  /** The file that says outside the database how far it has come. */
  Path mark() {
    return path.resolve("holdfast.mark");
  }

  Path path() {
    return path;
  }

  /** Lets go of the directory. */
  @Override
  public void close() throws IOException {
    channel.truncate(0);
    channel.close();
  }
}
