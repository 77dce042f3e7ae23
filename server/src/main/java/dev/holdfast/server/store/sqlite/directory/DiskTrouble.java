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
 * Explains why a data directory cannot be used, and what to do. Java distinguishes errors of the
 * operating system only by their text, so this class examines the directory instead.
 */
public final class DiskTrouble {
  /** The number of free bytes below which hardly anything can be written. */
  private static final long FULL_BYTES = 64 << 10;

  private static final int LISTED_FILES = 3;

  private static final Path NATIVE = Path.of("native");

  private static final String USER = System.getProperty("user.name", "of this process");

  private static final Set<SQLiteErrorCode> FULL =
      EnumSet.of(SQLiteErrorCode.SQLITE_FULL, SQLiteErrorCode.SQLITE_IOERR_SHMSIZE);

  /**
   * The primary result codes (the lowest byte) with which SQLite reports errors of the operating
   * system.
   */
  private static final Set<Integer> SYSTEM_ERRORS =
      Set.of(
          SQLiteErrorCode.SQLITE_PERM.code,
          SQLiteErrorCode.SQLITE_READONLY.code,
          SQLiteErrorCode.SQLITE_IOERR.code,
          SQLiteErrorCode.SQLITE_FULL.code,
          SQLiteErrorCode.SQLITE_CANTOPEN.code);

  private DiskTrouble() {}

  /** Returns whether the engine found no space on the disk. */
  public static boolean isFull(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLiteException e && FULL.contains(e.getResultCode())) {
        return true;
      }
    }
    return false;
  }

  /**
   * Explains why a directory cannot be used, and what to do.
   *
   * @param failure the exception that the attempt threw
   * @return one line; null for a failure that has another cause
   */
  public static @Nullable String explain(Path directory, Throwable failure) {
    if (!isSystemError(failure)) {
      return null;
    }
    Path existing = existing(directory);
    if (!Files.isDirectory(existing)) {
      return existing + " is not a directory; name one with --data-dir";
    }
    if (isReadOnly(existing)) {
      return "the data dir "
          + directory
          + " is on a file system that is mounted read-only; mount it writable, or name another"
          + " --data-dir";
    }
    boolean exists = existing.equals(directory.toAbsolutePath().normalize());
    Path wrongType = exists ? fileOfWrongType(existing) : null;
    if (wrongType != null) {
      return wrongType
          + (Files.isDirectory(wrongType)
              ? " is a directory but should be a file"
              : " is not a directory but should be one")
          + "; move it away, or name another --data-dir";
    }
    List<Path> forbidden = forbidden(existing);
    if (!forbidden.isEmpty()) {
      return exists
          ? permissionsMissing(directory, forbidden)
          : "user "
              + USER
              + " cannot create the data dir "
              + directory
              + " in "
              + existing
              + ", which belongs to "
              + owner(existing)
              + "; create it as that user, and change its owner with 'chown "
              + USER
              + " "
              + directory
              + "'";
    }
    long usableBytes = existing.toFile().getUsableSpace();
    // A file system without any capacity, such as /proc, cannot store files.
    boolean isDisk = existing.toFile().getTotalSpace() > 0;
    if (isFull(failure) || (isDisk && usableBytes < FULL_BYTES)) {
      return "the file system of the data dir "
          + directory
          + " is full, "
          + usableBytes
          + " bytes are free; free at least "
          + DiskReserve.BYTES
          + " bytes there, and start again";
    }
    return exists
        ? null
        : "the data dir "
            + directory
            + " cannot be created in "
            + existing
            + "; name another --data-dir";
  }

  /**
   * Returns one of Holdfast's files that is a directory but should be a file, or the reverse; null
   * for none.
   */
  private static @Nullable Path fileOfWrongType(Path directory) {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, DataDirectory.OWN)) {
      for (Path file : files) {
        if (Files.isDirectory(file) != file.endsWith(NATIVE)) {
          return file;
        }
      }
    } catch (IOException e) {
      // The check of the permissions reports an unreadable directory.
      return null;
    }
    return null;
  }

  private static boolean isSystemError(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof IOException
          || (cause instanceof SQLException e && SYSTEM_ERRORS.contains(e.getErrorCode() & 0xff))) {
        return true;
      }
    }
    return false;
  }

  /** Returns the directory, or its nearest parent that exists. */
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
      // In some containers, the mount of the directory cannot be found.
      return false;
    }
  }

  /**
   * Checks the permissions of a directory before it is used: SQLite would open a file read-only
   * that it may not write.
   *
   * @throws AccessDeniedException if this process may not read and write all files of the directory
   */
  static void requirePermissions(Path directory) throws AccessDeniedException {
    List<Path> forbidden = forbidden(directory);
    if (!forbidden.isEmpty()) {
      throw new AccessDeniedException(forbidden.get(0).toString());
    }
  }

  /** Returns the paths that this process may not use: the directory, or files in it. */
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

  private static String permissionsMissing(Path directory, List<Path> forbidden) {
    String owner = owner(forbidden.get(0));
    String files =
        String.join(", ", forbidden.stream().limit(LISTED_FILES).map(Path::toString).toList());
    String rest = forbidden.size() > LISTED_FILES ? " and others" : "";
    return "user "
        + USER
        + " has no permission to read and write "
        + files
        + rest
        + (owner.equals(USER)
            ? "; restore it with 'chmod -R u+rwX "
            : ", which belongs to " + owner + "; start as that user, or 'chown -R " + USER + " ")
        + directory
        + "'";
  }

  private static String owner(Path path) {
    try {
      return Files.getOwner(path).getName();
    } catch (IOException | UnsupportedOperationException e) {
      return "an unknown user";
    }
  }
}
