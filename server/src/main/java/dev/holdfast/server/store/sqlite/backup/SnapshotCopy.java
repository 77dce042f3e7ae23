package dev.holdfast.server.store.sqlite.backup;

import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.store.sqlite.SqliteSchema;
import dev.holdfast.server.store.sqlite.connection.SqliteConnection;
import dev.holdfast.server.store.sqlite.directory.DiskTrouble;
import dev.holdfast.server.store.sqlite.directory.LowWater;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.SQLException;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies one snapshot of a database, beside a running server or without one. It reads only: it
 * takes no lock that a server or its commits wait for, and neither checkpoints nor deletes the WAL.
 *
 * <p>While it copies, the server cannot restart its WAL, which therefore grows. Beyond a limit the
 * copy is given up, so that it never fills the disk of the store.
 */
final class SnapshotCopy {
  private static final Logger LOGGER = LoggerFactory.getLogger(SnapshotCopy.class);

  /** 4 MiB: rarely enough not to cost time, often enough to show progress. */
  private static final int PAGES_PER_STEP = 1024;

  private static final long WATCH_MILLIS = 100;
  private static final long OPEN_SECONDS = 10;

  /** A store that is opened or closed again and again while it is copied. */
  private static final int ATTEMPTS = 3;

  /** The WAL index, which a start must be able to write, has 8 bytes for each page of the WAL. */
  private static final int WAL_BYTES_PER_INDEX_BYTE = 512;

  private final Path database;
  private final Path target;
  private final Limits limits;
  private final BackupProgress progress;

  /** The progress in bytes, written by the thread that copies. */
  private volatile long copiedBytes;

  private volatile long totalBytes;

  /** Done when SQLite has opened the target, or will not open it. */
  private final CompletableFuture<Void> opened = new CompletableFuture<>();

  /**
   * When a copy is given up.
   *
   * @param walBytes the length of the WAL; a larger database may have a WAL as large as itself
   * @param freeBytes the free space on the disk of the store
   */
  record Limits(long walBytes, long freeBytes) {
    static final Limits DEFAULT = new Limits(4L << 30, LowWater.BYTES);
  }

  private SnapshotCopy(Path database, Path target, Limits limits, BackupProgress progress) {
    this.database = database;
    this.target = target;
    this.limits = limits;
    this.progress = progress;
  }

  /**
   * Copies a database.
   *
   * @param target an empty file
   * @throws BackupException if the copy was given up; it may then go on until the process ends
   * @throws StoreException if the database cannot be read, or the copy cannot be written
   */
  static void copy(Path database, Path target, Limits limits, BackupProgress progress)
      throws IOException {
    SnapshotCopy copy = new SnapshotCopy(database, target, limits, progress);
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (copy.isConsistent()) {
        return;
      }
    }
    throw new BackupException(
        "the server of "
            + database.getParent()
            + " was started or stopped each time that the store was copied; try again");
  }

  /** Copies the database, and returns whether nobody can have changed it meanwhile. */
  private boolean isConsistent() throws IOException {
    if (SqliteConnection.walBytes(database) > 0) {
      watch(copying(SqliteConnection.readOnlyBesideWriter(database)));
      return true;
    }
    // No server runs, or one that has written nothing. As long as nobody writes to the file of the
    // database, it alone is consistent.
    FileState before = FileState.of(database);
    watch(copying(SqliteConnection.immutable(database)));
    return before.equals(FileState.of(database));
  }

  private record FileState(Object key, long bytes, long modifiedNanos) {
    static FileState of(Path file) throws IOException {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      Object key = attributes.fileKey();
      return new FileState(
          key == null ? file : key,
          attributes.size(),
          attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS));
    }
  }

  /** Starts to copy, on another thread: SQLite's copy cannot be interrupted. */
  private CompletableFuture<Void> copying(SqliteConnection connection) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try (connection) {
                copy(connection);
                done.complete(null);
              } catch (SQLException e) {
                done.completeExceptionally(
                    StoreException.notApplied("cannot copy " + database + " to " + target, e));
              } catch (RuntimeException e) {
                done.completeExceptionally(e);
              } finally {
                opened.complete(null);
              }
            },
            "backup-copy");
    thread.setDaemon(true);
    thread.start();
    return done;
  }

  private void copy(SqliteConnection connection) throws SQLException {
    connection.run("BEGIN");
    // The first read begins the snapshot.
    SqliteSchema.requireNewest(connection);
    long pageBytes = connection.number("PRAGMA page_size");
    connection.copyTo(
        target,
        PAGES_PER_STEP,
        (remaining, pages) -> {
          totalBytes = pages * pageBytes;
          copiedBytes = (pages - remaining) * pageBytes;
          opened.complete(null);
        });
    connection.run("COMMIT");
  }

  /** Waits for the copy, reports its progress, and gives it up when it must not go on. */
  private void watch(CompletableFuture<Void> copying) throws IOException {
    boolean ended = false;
    try {
      while (!ended) {
        requireWithinLimits();
        progress.at("copying", copiedBytes, totalBytes);
        ended = hasEnded(copying);
      }
    } finally {
      if (!ended) {
        awaitOpened();
      }
    }
  }

  private boolean hasEnded(CompletableFuture<Void> copying) {
    try {
      copying.get(WATCH_MILLIS, TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw failure(Objects.requireNonNull(e.getCause()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BackupException("interrupted", e);
    }
  }

  /**
   * Waits until SQLite has opened the target, which the caller deletes then: opened later, it would
   * be created again.
   */
  private void awaitOpened() {
    try {
      opened.get(OPEN_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      LOGGER.warn("{} may be left; the next backup to the same file replaces it", target, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private RuntimeException failure(Throwable cause) {
    if (DiskTrouble.isFull(cause)) {
      return new BackupException(
          "no space is left for "
              + target
              + "; the database has "
              + totalBytes
              + " bytes: free space there, or name another file",
          cause);
    }
    return cause instanceof RuntimeException e ? e : new IllegalStateException(cause);
  }

  private void requireWithinLimits() throws IOException {
    long walBytes = SqliteConnection.walBytes(database);
    if (walBytes > Math.max(limits.walBytes(), totalBytes)) {
      throw new BackupException(
          "gave up: the running server cannot shorten its WAL while it is copied, and the WAL has "
              + walBytes
              + " bytes by now; back up to a faster disk, or at a time with fewer changes");
    }
    long freeBytes = database.toFile().getUsableSpace();
    long requiredBytes = limits.freeBytes() + walBytes / WAL_BYTES_PER_INDEX_BYTE;
    if (freeBytes < requiredBytes) {
      throw new BackupException(
          "gave up: "
              + freeBytes
              + " bytes are free on the disk of "
              + database.getParent()
              + ", and the running server needs "
              + requiredBytes
              + " while it is copied; free space there, or back up to another disk");
    }
  }
}
