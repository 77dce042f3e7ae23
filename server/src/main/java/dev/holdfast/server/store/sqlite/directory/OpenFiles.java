package dev.holdfast.server.store.sqlite.directory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The files that are open, by device and inode, to be compared with what their names lead to. */
public final class OpenFiles {
  private final Map<Path, Object> keys = new LinkedHashMap<>();
  private final Path database;

  /**
   * Remembers the files of a database that is open.
   *
   * @throws IOException where they cannot be looked at
   */
  public OpenFiles(Path database) throws IOException {
    this.database = database;
    String name = database.getFileName().toString();
    for (Path file :
        List.of(
            database,
            database.resolveSibling(name + "-wal"),
            database.resolveSibling(name + "-shm"),
            database.resolveSibling(DataDirectory.LOCK))) {
      Object key = Files.exists(file) ? key(file) : null;
      if (key != null) {
        keys.put(file, key);
      }
    }
  }

  /**
   * What a file is known by, whatever its name is; null on a file system that has no such thing.
   */
  public static @Nullable Object key(Path file) throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
  }

  /** A name that leads elsewhere or nowhere now; null for none. */
  public @Nullable Path replaced() {
    for (Map.Entry<Path, Object> file : keys.entrySet()) {
      if (isReplaced(file.getKey(), file.getValue())) {
        return file.getKey();
      }
    }
    return null;
  }

  /** The same of the database alone, or where its directory went: it takes some microseconds. */
  public boolean databaseReplaced() {
    Object key = keys.get(database);
    return key != null && isReplaced(database, key);
  }

  /** Whether a name leads elsewhere than to the file of this key, or nowhere. */
  public static boolean isReplaced(Path file, Object key) {
    try {
      return !key.equals(key(file));
    } catch (IOException e) {
      return true;
    }
  }
}
