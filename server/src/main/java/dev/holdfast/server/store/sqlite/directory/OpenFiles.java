package dev.holdfast.server.store.sqlite.directory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Remembers the open files of a database by device and inode, to detect that their names lead to
 * other files.
 */
public final class OpenFiles {
  private final Map<Path, Object> keys = new LinkedHashMap<>();
  private final Path database;

  private OpenFiles() {
    this.database = Path.of("");
  }

  /**
   * Remembers the files of an open database.
   *
   * @throws IOException if the attributes of the files cannot be read
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

  /** Returns no files, so that none is ever replaced. */
  public static OpenFiles unwatched() {
    return new OpenFiles();
  }

  /**
   * Returns the identity of a file, which is independent of its name; null on a file system without
   * such identities.
   */
  public static @Nullable Object key(Path file) throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
  }

  /** Returns a name that no longer leads to the open file; null for none. */
  public @Nullable Path replaced() {
    for (Map.Entry<Path, Object> file : keys.entrySet()) {
      if (isReplaced(file.getKey(), file.getValue())) {
        return file.getKey();
      }
    }
    return null;
  }

  /**
   * Returns whether the name of the database file, or of its directory, no longer leads to the open
   * file. Takes some microseconds.
   */
  public boolean databaseReplaced() {
    Object key = keys.get(database);
    return key != null && isReplaced(database, key);
  }

  /** Returns whether a name does not lead to the file with this key. */
  public static boolean isReplaced(Path file, Object key) {
    try {
      return !key.equals(key(file));
    } catch (IOException e) {
      return true;
    }
  }
}
