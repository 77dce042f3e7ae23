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
 * Sees to it that other users of the machine cannot read what is kept. Where the file system knows
 * no such rights, nothing is done.
 */
public final class OwnerOnly {
  private static final Set<PosixFilePermission> DIRECTORY =
      PosixFilePermissions.fromString("rwx------");
  private static final Set<PosixFilePermission> FILE = PosixFilePermissions.fromString("rw-------");
  private static final Logger LOGGER = LoggerFactory.getLogger(OwnerOnly.class);

  private OwnerOnly() {}

  /** Makes a directory where it is missing. */
  static void make(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      Files.createDirectories(directory);
      var unused = take(directory, DIRECTORY);
    }
  }

  /**
   * Takes the rights of others from some files of a directory, and from the directory itself where
   * it holds nothing else: one that is also somebody else's is not to be taken from him.
   *
   * @param own which files, as a glob of their names
   */
  static void takeRights(Path directory, String own) throws IOException {
    PathMatcher matcher = directory.getFileSystem().getPathMatcher("glob:" + own);
    Path foreign = null;
    boolean altered = false;
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        if (!matcher.matches(file.getFileName())) {
          foreign = file;
        } else if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
          altered |= take(file, FILE);
        } else if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
          altered |= take(file, DIRECTORY);
        }
      }
    }
    if (foreign == null) {
      altered |= take(directory, DIRECTORY);
    } else if (isOpen(directory, DIRECTORY)) {
      LOGGER.warn(
          "others have rights in {}, which is left as it is, as it holds {}, which is not of"
              + " Holdfast; better name a --data-dir of its own",
          directory,
          foreign.getFileName());
    }
    if (altered) {
      LOGGER.info("others had rights in {}; its files are for their owner alone now", directory);
    }
  }

  /** Takes the rights of others from all files of a directory. */
  static void files(Path directory) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        var unused = take(file, FILE);
      }
    }
  }

  /** Makes an empty file where it is missing. */
  public static void file(Path path) throws IOException {
    if (!Files.exists(path)) {
      Files.createFile(path);
      var unused = take(path, FILE);
    }
  }

  private static boolean take(Path path, Set<PosixFilePermission> rights) throws IOException {
    boolean open = isOpen(path, rights);
    if (open) {
      Files.setPosixFilePermissions(path, rights);
    }
    return open;
  }

  /** Whether somebody has more than these rights. */
  private static boolean isOpen(Path path, Set<PosixFilePermission> rights) throws IOException {
    PosixFileAttributeView view = Files.getFileAttributeView(path, PosixFileAttributeView.class);
    return view != null && !rights.containsAll(view.readAttributes().permissions());
  }
}
