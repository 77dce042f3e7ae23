package dev.holdfast.server.store.sqlite.backup;

import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.store.sqlite.directory.BackupHeader;
import dev.holdfast.server.store.sqlite.directory.DataDirectory;
import dev.holdfast.server.store.sqlite.directory.EmptyDirectory;
import dev.holdfast.server.store.sqlite.directory.LowWater;
import dev.holdfast.server.store.sqlite.mark.RestoredStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** Makes a store from a backup, in an empty data directory. */
public final class Restore {
  private Restore() {}

  /**
   * The result of a restore.
   *
   * @param manifest the manifest of the backup
   * @param revisions the revisions of all repositories, before and after the restore
   */
  public record Restored(BackupManifest manifest, List<RestoredStore.Revision> revisions) {
    /** Copies the list. */
    public Restored {
      revisions = List.copyOf(revisions);
    }
  }

  /**
   * Restores a backup. The database gets its name last, so that no server opens a part of it.
   *
   * @param file the backup
   * @param dataDir an empty or missing directory
   * @param holder a description of this process, for the error message of other processes
   * @param nowMicros the time, in microseconds since the epoch
   * @throws BackupException if the backup is damaged or of a newer version, or the directory is not
   *     empty; nothing was written then
   * @throws StoreException if the engine fails
   */
  public static Restored restore(
      Path file, Path dataDir, String holder, long nowMicros, BackupProgress progress)
      throws IOException {
    Path directory = dataDir.toAbsolutePath().normalize();
    requireEmpty(directory);
    BackupFile backup = BackupFile.open(file.toAbsolutePath().normalize());
    backup.check(progress);
    requireSpace(backup, directory);
    try (DataDirectory held = DataDirectory.hold(directory, holder)) {
      requireEmpty(directory);
      return restore(backup, held, nowMicros, progress);
    }
  }

  private static Restored restore(
      BackupFile backup, DataDirectory directory, long nowMicros, BackupProgress progress)
      throws IOException {
    try (PartialFile partial = new PartialFile(directory.unfinished(), directory.mark())) {
      try {
        return complete(backup, partial, directory, nowMicros, progress);
      } catch (IOException | RuntimeException e) {
        if (partial.interrupted()) {
          throw new BackupException("interrupted; nothing was restored", e);
        }
        throw e;
      }
    }
  }

  private static Restored complete(
      BackupFile backup,
      PartialFile partial,
      DataDirectory directory,
      long nowMicros,
      BackupProgress progress)
      throws IOException {
    backup.copyDatabase(partial.path(), progress);
    BackupHeader.clear(partial.path());
    progress.at("raising the revisions", 0, 0);
    List<RestoredStore.Revision> revisions =
        RestoredStore.raise(
            partial.path(),
            directory.mark(),
            ChronoUnit.MICROS.between(Instant.EPOCH, backup.manifest().createTime()),
            nowMicros);
    progress.at("recounting the books", 0, 0);
    BookCheck.Books books = BookCheck.check(partial.path(), "the restored store");
    if (books.reservationCount() != backup.manifest().reservationCount()) {
      throw new BackupException(
          "the restored store has "
              + books.reservationCount()
              + " reservations, but the backup has "
              + backup.manifest().reservationCount());
    }
    partial.moveTo(directory.database());
    return new Restored(backup.manifest(), revisions);
  }

  private static void requireEmpty(Path directory) throws IOException {
    String obstacle = EmptyDirectory.obstacle(directory);
    if (obstacle != null) {
      throw new BackupException(obstacle);
    }
  }

  private static void requireSpace(BackupFile backup, Path directory) {
    Path existing = directory;
    while (!Files.exists(existing) && existing.getParent() != null) {
      existing = existing.getParent();
    }
    long freeBytes = existing.toFile().getUsableSpace();
    long requiredBytes = backup.manifest().databaseBytes() + LowWater.BYTES;
    if (freeBytes < requiredBytes) {
      throw new BackupException(
          "no space for the store in "
              + directory
              + ": it needs "
              + requiredBytes
              + " bytes, but only "
              + freeBytes
              + " bytes are free there");
    }
  }
}
