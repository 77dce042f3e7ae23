package dev.holdfast.server.store.sqlite.directory;

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
import org.sqlite.SQLiteJDBCLoader;

/**
 * The directory of a ledger, held by one program at a time. The operating system lets go of it when
 * that program ends, however it ends.
 */
public final class DataDirectory implements AutoCloseable {
  /** Which of the files in it are Holdfast's. */
  static final String OWN = "{holdfast.*,native}";

  /** The file whose lock holds the directory. */
  static final String LOCK = "holdfast.lock";

  private static final String UNPACK_DIRECTORY = "org.sqlite.tmpdir";

  private final Path path;
  private final FileChannel channel;
  private final DiskReserve reserve;

  private DataDirectory(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
    this.reserve = new DiskReserve(path, DiskReserve.Disk.REAL);
  }

  /** Nothing may be executed where the driver unpacks SQLite's native code. */
  public static final class NotExecutableException extends RuntimeException {
    private static final long serialVersionUID = 1;

    NotExecutableException(Path path) {
      super(
          "nothing may be executed in "
              + path
              + ", where SQLite's native code is unpacked; mount it without noexec, or name a"
              + " directory where it may: HOLDFAST_JAVA_OPTS=-D"
              + UNPACK_DIRECTORY
              + "=DIR ./holdfast, or java -D"
              + UNPACK_DIRECTORY
              + "=DIR -jar");
    }
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
   * Takes hold of a directory, makes it where it is missing, and takes the rights of others from
   * it.
   *
   * @param holder who holds it from now on, for whoever is refused
   * @throws HeldException where somebody else holds it
   * @throws NotExecutableException where SQLite's native code could not be loaded
   * @throws IOException where it cannot be made or written to
   */
  public static DataDirectory hold(Path path, String holder) throws IOException {
    OwnerOnly.make(path);
    OwnerOnly.takeRights(path, OWN);
    return holdAsItIs(path, holder);
  }

  /** The same of a directory that is there, for somebody who only looks. */
  public static DataDirectory holdAsItIs(Path path, String holder) throws IOException {
    DiskTrouble.requireRights(path);
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
    try {
      directory.reserve.makeRoomForStart();
      directory.setHolder(holder);
      unpackInto(path.resolve("native"));
      return directory;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /**
   * Has the driver unpack SQLite's native code here, unless somebody told it another place. In the
   * system's temporary directory, where it would go, each program that was killed leaves a copy
   * behind for ever, and often nothing may be executed.
   */
  private static void unpackInto(Path directory) throws IOException {
    String told = System.getProperty(UNPACK_DIRECTORY);
    if (told != null) {
      requireExecutable(Path.of(told));
      return;
    }
    if (Files.exists(directory)) {
      try (DirectoryStream<Path> leftBehind = Files.newDirectoryStream(directory)) {
        for (Path file : leftBehind) {
          Files.delete(file);
        }
      }
    }
    OwnerOnly.make(directory);
    requireExecutable(directory);
    System.setProperty(UNPACK_DIRECTORY, directory.toString());
    try {
      SQLiteJDBCLoader.initialize();
    } catch (Exception e) {
      throw new IOException("cannot load SQLite's native code from " + directory, e);
    }
    OwnerOnly.files(directory);
  }

  /** The driver would only find out in the end, and tell it with a stack. */
  private static void requireExecutable(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return;
    }
    Path file = Files.createTempFile(directory, "executable", "");
    try {
      // Where it can be marked, but may not be executed all the same.
      if (file.toFile().setExecutable(true) && !Files.isExecutable(file)) {
        throw new NotExecutableException(directory);
      }
    } finally {
      Files.delete(file);
    }
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
    ByteBuffer bytes = ByteBuffer.wrap((holder + "\n").getBytes(StandardCharsets.UTF_8));
    int length = bytes.remaining();
    // Not emptied before: on a full disk somebody else would take the room.
    channel.write(bytes, 0);
    channel.truncate(length);
  }

  /** What keeps room on the disk for the next start. */
  public DiskReserve reserve() {
    return reserve;
  }

  /** The file of the database. */
  public Path database() {
    return path.resolve("holdfast.db");
  }

  /** The file that says outside the database how far it has come. */
  public Path mark() {
    return path.resolve("holdfast.mark");
  }

  public Path path() {
    return path;
  }

  /** Lets go of the directory. */
  @Override
  public void close() throws IOException {
    channel.truncate(0);
    channel.close();
  }
}
