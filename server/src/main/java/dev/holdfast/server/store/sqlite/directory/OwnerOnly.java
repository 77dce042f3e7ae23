package dev.holdfast.server.store.sqlite.directory;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
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

  /**
   * Makes a directory where it is missing, and takes the rights of others from it and its files.
   */
  static void directory(Path path) throws IOException {
    boolean made = !Files.exists(path);
    Files.createDirectories(path);
    boolean altered = take(path, DIRECTORY);
    try (DirectoryStream<Path> files = Files.newDirectoryStream(path)) {
      for (Path file : files) {
        if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
          altered |= take(file, FILE);
        }
      }
    }
    if (altered && !made) {
      LOGGER.info("others had rights in {}; it and its files are for their owner alone now", path);
    }
  }

  /** Makes an empty file where it is missing. */
  public static void file(Path path) throws IOException {
    if (!Files.exists(path)) {
      Files.createFile(path);
      take(path, FILE);
    }
  }

  private static boolean take(Path path, Set<PosixFilePermission> rights) throws IOException {
    PosixFileAttributeView view = Files.getFileAttributeView(path, PosixFileAttributeView.class);
    if (view == null || rights.containsAll(view.readAttributes().permissions())) {
      return false;
    }
    view.setPermissions(rights);
    return true;
  }
}
