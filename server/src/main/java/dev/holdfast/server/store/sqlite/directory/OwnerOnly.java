package dev.holdfast.server.store.sqlite.directory;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Restricts files and directories to their owner, so that other users of the machine cannot read
 * the data. Does nothing on file systems without POSIX permissions.
 */
public final class OwnerOnly {
  private static final Set<PosixFilePermission> DIRECTORY =
      PosixFilePermissions.fromString("rwx------");
  private static final Set<PosixFilePermission> FILE = PosixFilePermissions.fromString("rw-------");
  private static final Logger LOGGER = LoggerFactory.getLogger(OwnerOnly.class);

  private OwnerOnly() {}

  /** Creates a directory if it is missing. */
  static void createDirectory(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      Files.createDirectories(directory);
      var unused = restrict(directory, DIRECTORY);
    }
  }

  /**
   * Removes the permissions of other users from Holdfast's files in a directory. Removes them from
   * the directory itself only if it contains no other files, because others may need access to
   * those.
   *
   * @param own a glob of the names of Holdfast's files
   */
  static void restrict(Path directory, String own) throws IOException {
    PathMatcher matcher = directory.getFileSystem().getPathMatcher("glob:" + own);
    Path foreign = null;
    boolean changed = false;
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        if (!matcher.matches(file.getFileName())) {
          foreign = file;
        } else if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
          changed |= restrict(file, FILE);
        } else if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
          changed |= restrict(file, DIRECTORY);
        }
      }
    }
    if (foreign == null) {
      changed |= restrict(directory, DIRECTORY);
    } else if (isOpen(directory, DIRECTORY)) {
      LOGGER.warn(
          "other users have permissions on {}, which are unchanged because it contains {}, which is"
              + " not Holdfast's; name a --data-dir that nothing else uses",
          directory,
          foreign.getFileName());
    }
    if (changed) {
      LOGGER.info(
          "other users had permissions on {}; restricted its files to their owner", directory);
    }
  }

  /** Restricts all files of a directory to their owner. */
  static void restrictFiles(Path directory) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        var unused = restrict(file, FILE);
      }
    }
  }

  /** Creates an empty file if it is missing. */
  public static void createFile(Path path) throws IOException {
    if (!Files.exists(path)) {
      Files.createFile(path);
      var unused = restrict(path, FILE);
    }
  }

  private static boolean restrict(Path path, Set<PosixFilePermission> permissions)
      throws IOException {
    boolean open = isOpen(path, permissions);
    if (open) {
      Files.setPosixFilePermissions(path, permissions);
    }
    return open;
  }

  /** Returns whether a path grants more than these permissions. */
  private static boolean isOpen(Path path, Set<PosixFilePermission> permissions)
      throws IOException {
    PosixFileAttributeView view = Files.getFileAttributeView(path, PosixFileAttributeView.class);
    return view != null && !permissions.containsAll(view.readAttributes().permissions());
  }
}
