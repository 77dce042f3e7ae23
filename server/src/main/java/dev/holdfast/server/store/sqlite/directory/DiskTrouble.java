package dev.holdfast.server.store.sqlite.directory;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * Finds out what keeps a data directory from being used, and what to do. Java tells the errors of
 * the operating system apart by their text alone, so it is the directory that is looked at.
 */
public final class DiskTrouble {
  /** With less, hardly anything can be written. */
  private static final long FULL_BYTES = 64 << 10;

  private static final int FEW_FILES = 3;

  private static final Path NATIVE = Path.of("native");

  private static final String USER = System.getProperty("user.name", "of this process");

  private static final Set<SQLiteErrorCode> FULL =
      EnumSet.of(SQLiteErrorCode.SQLITE_FULL, SQLiteErrorCode.SQLITE_IOERR_SHMSIZE);

  /** The lowest byte of those that SQLite tells the operating system's errors with. */
  private static final Set<Integer> OF_THE_SYSTEM =
      Set.of(
          SQLiteErrorCode.SQLITE_PERM.code,
          SQLiteErrorCode.SQLITE_READONLY.code,
          SQLiteErrorCode.SQLITE_IOERR.code,
          SQLiteErrorCode.SQLITE_FULL.code,
          SQLiteErrorCode.SQLITE_CANTOPEN.code);

  private DiskTrouble() {}

  /** Whether the engine found no room on the disk. */
  public static boolean isFull(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLiteException e && FULL.contains(e.getResultCode())) {
        return true;
      }
    }
    return false;
  }

  /**
   * Says what keeps a directory from being used, and what to do.
   *
   * @param failure what was thrown to whoever tried
   * @return one line; null where it is nothing of this kind
   */
  public static @Nullable String explain(Path directory, Throwable failure) {
    if (!isOfTheSystem(failure)) {
      return null;
    }
    Path existing = existing(directory);
    if (!Files.isDirectory(existing)) {
      return existing + " is no directory; name one with --data-dir";
    }
    if (isReadOnly(existing)) {
      return "the data dir "
          + directory
          + " is on a file system that is mounted read-only; mount it for writing, or name another"
          + " --data-dir";
    }
    boolean exists = existing.equals(directory.toAbsolutePath().normalize());
    Path odd = exists ? odd(existing) : null;
    if (odd != null) {
      return odd
          + (Files.isDirectory(odd)
              ? " is a directory and should not be"
              : " is no directory and should be one")
          + "; move it away, or name another --data-dir";
    }
    List<Path> forbidden = forbidden(existing);
    if (!forbidden.isEmpty()) {
      return exists
          ? withoutRights(directory, forbidden)
          : "user "
              + USER
              + " cannot make the data dir "
              + directory
              + " in "
              + existing
              + ", which belongs to "
              + owner(existing)
              + "; make it as that user, and give it away with 'chown "
              + USER
              + " "
              + directory
              + "'";
    }
    long usableBytes = existing.toFile().getUsableSpace();
    // A file system that has no room at all is none to keep anything on, as /proc.
    boolean isDisk = existing.toFile().getTotalSpace() > 0;
    if (isFull(failure) || (isDisk && usableBytes < FULL_BYTES)) {
      return "the file system of the data dir "
          + directory
          + " is full, "
          + usableBytes
          + " bytes are free; make at least "
          + DiskReserve.BYTES
          + " bytes of room there, and start again";
    }
    return exists
        ? null
        : "the data dir "
            + directory
            + " cannot be made in "
            + existing
            + "; name another --data-dir";
  }

  /** What has the name of one of our files, and is a directory, or the other way round. */
  private static @Nullable Path odd(Path directory) {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, DataDirectory.OWN)) {
      for (Path file : files) {
        if (Files.isDirectory(file) != file.endsWith(NATIVE)) {
          return file;
        }
      }
    } catch (IOException e) {
      // That it cannot be read is told by who looks at the rights.
      return null;
    }
    return null;
  }

  private static boolean isOfTheSystem(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof IOException
          || (cause instanceof SQLException e && OF_THE_SYSTEM.contains(e.getErrorCode() & 0xff))) {
        return true;
      }
    }
    return false;
  }

  /** The directory, or what of its path exists. */
  private static Path existing(Path directory) {
    Path path = directory.toAbsolutePath().normalize();
    while (!Files.exists(path) && path.getParent() != null) {
      path = path.getParent();
    }
    return path;
  }

  private static boolean isReadOnly(Path directory) {
    try {
      return Files.getFileStore(directory).isReadOnly();
    } catch (IOException e) {
      // What it is mounted on is nowhere to be found, as in some containers.
      return false;
    }
  }

  /**
   * To be called before a directory is used. SQLite would serve a file that it may not write.
   *
   * @throws AccessDeniedException where this process may not read and write all of it
   */
  static void requireRights(Path directory) throws AccessDeniedException {
    List<Path> forbidden = forbidden(directory);
    if (!forbidden.isEmpty()) {
      throw new AccessDeniedException(forbidden.get(0).toString());
    }
  }

  /** What this process may not use: the directory, or files in it. */
  private static List<Path> forbidden(Path directory) {
    if (!isAllowed(directory) || !Files.isExecutable(directory)) {
      return List.of(directory);
    }
    List<Path> forbidden = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, DataDirectory.OWN)) {
      for (Path file : files) {
        if (!isAllowed(file)) {
          forbidden.add(file);
        }
      }
    } catch (IOException e) {
      return List.of(directory);
    }
    return forbidden;
  }

  private static boolean isAllowed(Path path) {
    return Files.isReadable(path) && Files.isWritable(path);
  }

  private static String withoutRights(Path directory, List<Path> forbidden) {
    String owner = owner(forbidden.get(0));
    String files =
        String.join(", ", forbidden.stream().limit(FEW_FILES).map(Path::toString).toList());
    String rest = forbidden.size() > FEW_FILES ? " and others" : "";
    return "user "
        + USER
        + " has no right to read and write "
        + files
        + rest
        + (owner.equals(USER)
            ? "; give it back with 'chmod -R u+rwX "
            : ", which belongs to " + owner + "; start as that user, or 'chown -R " + USER + " ")
        + directory
        + "'";
  }

  private static String owner(Path path) {
    try {
      return Files.getOwner(path).getName();
    } catch (IOException | UnsupportedOperationException e) {
      return "somebody";
    }
  }
}
