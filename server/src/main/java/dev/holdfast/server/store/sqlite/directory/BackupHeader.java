package dev.holdfast.server.store.sqlite.directory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Marks a database as a backup, in its header: SQLite's {@code application_id}, which is 0 in a
 * store. So a backup that somebody copies into a data directory is not taken for a store.
 *
 * <p>No connection to the database may be open in this process: closing a file releases the locks
 * that SQLite holds on it.
 */
public final class BackupHeader {
  /** "HFBK". */
  private static final int BACKUP = 0x4846424b;

  private static final int STORE = 0;

  /** The position of the {@code application_id} in the header, which is big-endian. */
  private static final long POSITION = 68;

  private BackupHeader() {}

  /** Returns whether a file is a database that is marked as a backup; false for a missing file. */
  public static boolean isSet(Path file) throws IOException {
    if (!Files.exists(file)) {
      return false;
    }
    ByteBuffer id = ByteBuffer.allocate(Integer.BYTES);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      while (id.hasRemaining()) {
        if (channel.read(id, POSITION + id.position()) < 0) {
          return false;
        }
      }
    }
    return id.getInt(0) == BACKUP;
  }

  /** Marks a database without a WAL as a backup. */
  public static void set(Path database) throws IOException {
    write(database, BACKUP);
  }

  /** Marks a backup as a store. */
  public static void clear(Path database) throws IOException {
    write(database, STORE);
  }

  private static void write(Path database, int value) throws IOException {
    ByteBuffer id = ByteBuffer.allocate(Integer.BYTES).putInt(0, value);
    try (FileChannel channel = FileChannel.open(database, StandardOpenOption.WRITE)) {
      while (id.hasRemaining()) {
        channel.write(id, POSITION + id.position());
      }
    }
  }
}
