package dev.holdfast.server.store.sqlite.directory;

import java.io.IOException;
import java.io.UncheckedIOException;
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
 * Locks the directory of a ledger for one process at a time. The operating system releases the lock
 * when the process ends, even after a crash.
 */
public final class DataDirectory implements AutoCloseable {
  /** The glob of Holdfast's own files in the directory. */
  static final String OWN = "{holdfast.*,native}";

  /** The file that is locked. */
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

  /** Reports that the directory where the driver unpacks SQLite's native code forbids execution. */
  public static final class NotExecutableException extends RuntimeException {
    private static final long serialVersionUID = 1;

    NotExecutableException(Path path) {
      super(
          "nothing may be executed in "
              + path
              + ", where SQLite's native code is unpacked; mount it without noexec, or name a directory"
              + " that allows execution: HOLDFAST_JAVA_OPTS=-D"
              + UNPACK_DIRECTORY
              + "=DIR ./holdfast, or java -D"
              + UNPACK_DIRECTORY
              + "=DIR -jar");
    }
  }

  /** Reports that another process has locked the directory. */
  public static final class HeldException extends RuntimeException {
    private static final long serialVersionUID = 1;

    HeldException(Path path, String holder) {
      super(
          "the data dir "
              + path
              + " is held by "
              + (holder.isEmpty() ? "another program" : holder)
              + "; stop it first, or name another --data-dir");
    }
  }

  /**
   * Locks a directory. Creates the directory if it is missing, and removes the permissions of other
   * users.
   *
   * @param holder a description of this process, for the error message of other processes
   * @throws HeldException if another process has locked the directory
   * @throws NotExecutableException if the directory for SQLite's native code forbids execution
   * @throws IOException if the directory cannot be created or written to
   */
  public static DataDirectory hold(Path path, String holder) throws IOException {
    OwnerOnly.createDirectory(path);
    OwnerOnly.restrict(path, OWN);
    return holdForVerification(path, holder);
  }

  /**
   * Locks an existing directory without changing its permissions, for a process that only reads the
   * data.
   */
  public static DataDirectory holdForVerification(Path path, String holder) throws IOException {
    DiskTrouble.requirePermissions(path);
    OwnerOnly.createFile(path.resolve(LOCK));
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
      directory.reserve.freeSpaceForStart();
      directory.setHolder(holder);
      unpackInto(path.resolve("native"));
      return directory;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /**
   * Makes the driver unpack SQLite's native code into this directory, unless a system property
   * names another one. In the default, the system's temporary directory, each killed process leaves
   * a copy that nothing deletes, and execution is often forbidden.
   */
  private static void unpackInto(Path directory) throws IOException {
    if (isUnpackConfigured()) {
      return;
    }
    if (Files.exists(directory)) {
      try (DirectoryStream<Path> leftBehind = Files.newDirectoryStream(directory)) {
        for (Path file : leftBehind) {
          Files.delete(file);
        }
      }
    }
    OwnerOnly.createDirectory(directory);
    unpackBesideOthers(directory);
    OwnerOnly.restrictFiles(directory);
  }

  /** Returns whether a system property names the directory; checks that directory then. */
  private static boolean isUnpackConfigured() throws IOException {
    String configured = System.getProperty(UNPACK_DIRECTORY);
    if (configured == null) {
      return false;
    }
    requireExecutable(Path.of(configured));
    return true;
  }

  /**
   * Unpacks SQLite's native code for a process that does not hold the directory. It is unpacked
   * where a server unpacks it, if there was one, because it can be executed there; the files of a
   * running server stay. Its own are deleted when this process ends, or by the next server.
   *
   * @throws NotExecutableException if the directory for SQLite's native code forbids execution
   */
  public static void unpackBesideServer(Path directory) throws IOException {
    Path unpacked = directory.resolve("native");
    if (!isUnpackConfigured() && Files.isDirectory(unpacked) && Files.isWritable(unpacked)) {
      unpackBesideOthers(unpacked);
    }
  }

  private static void unpackBesideOthers(Path directory) throws IOException {
    requireExecutable(directory);
    System.setProperty(UNPACK_DIRECTORY, directory.toString());
    try {
      SQLiteJDBCLoader.initialize();
    } catch (Exception e) {
      throw new IOException("cannot load SQLite's native code from " + directory, e);
    }
  }

  /** Checks early that files can be executed; the driver would fail late, with a stack trace. */
  private static void requireExecutable(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return;
    }
    Path file = Files.createTempFile(directory, "executable", "");
    try {
      // On a file system that is mounted noexec, the mark can be set, but execution is forbidden.
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
      // Another part of this process holds the lock.
      return null;
    }
  }

  private static String read(FileChannel channel) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(1024, channel.size()));
    while (bytes.hasRemaining() && channel.read(bytes, bytes.position()) >= 0) {
      // Continues with the rest of the file.
    }
    return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8).strip();
  }

  /** Writes the description of this process, for the error message of other processes. */
  public void setHolder(String holder) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap((holder + "\n").getBytes(StandardCharsets.UTF_8));
    int length = bytes.remaining();
    // The file is not truncated first: on a full disk, another process could take the freed block.
    channel.write(bytes, 0);
    channel.truncate(length);
  }

  /** Returns the reserve that keeps disk space for the next start. */
  public DiskReserve reserve() {
    return reserve;
  }

  /** Returns the path of the database file. */
  public Path database() {
    return database(path);
  }

  /** Returns the path of the database file in a directory that this process does not hold. */
  public static Path database(Path directory) {
    return directory.resolve("holdfast.db");
  }

  /**
   * Returns the path of the high-water mark, which records the progress of the store outside the
   * database.
   */
  public Path mark() {
    return mark(path);
  }

  /** Returns the path of the high-water mark in a directory that this process does not hold. */
  public static Path mark(Path directory) {
    return directory.resolve("holdfast.mark");
  }

  /** Returns the path under which a restore or a move writes the database until it is complete. */
  public Path unfinished() {
    return unfinished(path);
  }

  /** Returns that path in a directory that this process does not hold. */
  public static Path unfinished(Path directory) {
    return directory.resolve("holdfast.restore");
  }

  /** Returns the path of the file that marks a ledger as moved. */
  private Path moved() {
    return path.resolve("holdfast.moved");
  }

  /**
   * Marks the ledger as moved, durably; {@link #requireStore} fails from then on.
   *
   * @param location where it is now, for a person
   */
  public void markMoved(String location) throws IOException {
    OwnerOnly.createFile(moved());
    try (FileChannel file = FileChannel.open(moved(), StandardOpenOption.WRITE)) {
      ByteBuffer text = ByteBuffer.wrap((location + "\n").getBytes(StandardCharsets.UTF_8));
      while (text.hasRemaining()) {
        file.write(text);
      }
      file.force(true);
    }
    try (FileChannel directory = FileChannel.open(path)) {
      directory.force(true);
    }
  }

  /**
   * Requires that the database is a store: a backup that was put in its place is none, because its
   * revisions were not raised, neither is what an interrupted restore or move left, and one that
   * was moved must not be used.
   *
   * @throws IllegalStateException if it is none
   */
  public void requireStore() throws IOException {
    Path database = database();
    if (BackupHeader.isSet(database)) {
      throw new IllegalStateException(
          database
              + " is a backup, not a store; move it out of "
              + path
              + ", and run 'holdfast restore --from FILE --data-dir "
              + path
              + "' on an empty directory");
    }
    if (!Files.exists(database) && Files.exists(unfinished())) {
      throw new IllegalStateException(
          "a restore or a move into "
              + path
              + " did not finish; run it again, or delete "
              + unfinished()
              + " and "
              + mark());
    }
    if (Files.exists(moved())) {
      throw new IllegalStateException(
          "the ledger in "
              + path
              + " was moved to "
              + Files.readString(moved()).strip()
              + "; use it there. Only if that one is never served, delete "
              + moved());
    }
  }

  public Path path() {
    return path;
  }

  /** Releases the lock, for callers that cannot throw {@link IOException}. */
  public void release() {
    try {
      close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Releases the lock. */
  @Override
  public void close() throws IOException {
    channel.truncate(0);
    channel.close();
  }
}
