package dev.holdfast.server.store.sqlite.directory;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Tells whether a new store can be made in a directory. */
public final class EmptyDirectory {
  /**
   * Files that an empty data directory may contain: a file system has the first in its root, and an
   * unfinished store leaves the others.
   */
  private static final Set<String> IGNORED = Set.of("lost+found", "holdfast.lock", "native");

  private EmptyDirectory() {}

  /**
   * Returns why a directory is not empty, for the operator; null if it is, or does not exist. What
   * an interrupted restore or move left does not count.
   */
  public static @Nullable String obstacle(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return null;
    }
    String unfinished = DataDirectory.unfinished(directory).getFileName().toString();
    boolean isUnfinished =
        Files.exists(directory.resolve(unfinished))
            && !Files.exists(DataDirectory.database(directory));
    String mark = DataDirectory.mark(directory).getFileName().toString();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        String name = file.getFileName().toString();
        boolean left = isUnfinished && (name.startsWith(unfinished) || name.startsWith(mark));
        if (!left && !IGNORED.contains(name)) {
          return "the directory "
              + directory
              + " is not empty: it contains "
              + name
              + "; name an empty or a new one";
        }
      }
    }
    return null;
  }
}
