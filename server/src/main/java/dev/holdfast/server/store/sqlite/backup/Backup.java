package dev.holdfast.server.store.sqlite.backup;

import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.store.sqlite.SqliteSchema;
import dev.holdfast.server.store.sqlite.StorePosition;
import dev.holdfast.server.store.sqlite.directory.BackupHeader;
import dev.holdfast.server.store.sqlite.directory.DataDirectory;
import dev.holdfast.server.store.sqlite.mark.MarkFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes a verified backup of a store, beside a running server or without one. */
public final class Backup {
  private static final Logger LOGGER = LoggerFactory.getLogger(Backup.class);

  private final Path dataDir;
  private final Path database;
  private final Path file;
  private final SnapshotCopy.Limits limits;
  private final BackupProgress progress;

  private Backup(Path dataDir, Path file, SnapshotCopy.Limits limits, BackupProgress progress) {
    this.dataDir = dataDir;
    this.database = DataDirectory.database(dataDir);
    this.file = file;
    this.limits = limits;
    this.progress = progress;
  }

  /**
   * Writes a backup of the store in a data directory. The file gets its name only when it is
   * complete and its books were recounted.
   *
   * @param file the file to write; must not exist
   * @param programVersion the version of this program
   * @return the manifest of the backup
   * @throws BackupException if no backup can be written
   * @throws StoreException if the engine fails
   * @throws IOException if the target cannot be written
   */
  public static BackupManifest write(
      Path dataDir, Path file, String programVersion, BackupProgress progress) throws IOException {
    return write(dataDir, file, programVersion, SnapshotCopy.Limits.DEFAULT, progress);
  }

  static BackupManifest write(
      Path dataDir,
      Path file,
      String programVersion,
      SnapshotCopy.Limits limits,
      BackupProgress progress)
      throws IOException {
    Path absolute = file.toAbsolutePath().normalize();
    Path directory = dataDir.toAbsolutePath().normalize();
    return new Backup(directory, absolute, limits, progress).write(programVersion);
  }

  private BackupManifest write(String programVersion) throws IOException {
    requireStore();
    requireTarget();
    // Before the snapshot: the mark is never ahead of the store.
    MarkFile.Mark mark = MarkFile.read(DataDirectory.mark(dataDir)).mark();
    Instant time = Instant.now();
    BackupManifest manifest;
    try (PartialFile partial =
        new PartialFile(file.resolveSibling(file.getFileName() + ".partial"))) {
      try {
        manifest = complete(partial, mark, time, programVersion);
      } catch (IOException | RuntimeException e) {
        if (partial.interrupted()) {
          throw new BackupException("interrupted; no backup was written", e);
        }
        throw e;
      }
    }
    record(time);
    return manifest;
  }

  private BackupManifest complete(
      PartialFile partial, MarkFile.@Nullable Mark mark, Instant time, String programVersion)
      throws IOException {
    SnapshotCopy.copy(database, partial.path(), limits, progress);
    progress.at("recounting the books of the copy", 0, 0);
    BookCheck.Books books = BookCheck.check(partial.path(), "the store in " + dataDir);
    requireNothingLost(books.position(), mark);
    BackupHeader.set(partial.path());
    BackupManifest manifest =
        new BackupManifest(
            programVersion,
            SqliteSchema.version(),
            books.position().ledger(),
            time,
            Files.size(partial.path()),
            BackupFile.sha256(partial.path(), progress),
            books.repositoryCount(),
            books.reservationCount(),
            books.position().revision());
    BackupFile.complete(partial.path(), manifest);
    partial.moveTo(file);
    return manifest;
  }

  private void requireStore() throws IOException {
    if (!Files.exists(database)) {
      throw new BackupException("no ledger found in " + dataDir + "; name its --data-dir");
    }
    if (BackupHeader.isSet(database)) {
      throw new BackupException(
          database + " is a backup itself; copy that file, or restore it with 'holdfast restore'");
    }
  }

  private void requireTarget() throws IOException {
    if (Files.exists(file)) {
      throw new BackupException(file + " exists, and is not overwritten; name a new file");
    }
    Path directory = file.getParent();
    if (directory == null || !Files.isDirectory(directory)) {
      throw new BackupException("there is no directory " + directory + "; create it first");
    }
    if (directory.toRealPath().startsWith(dataDir.toRealPath())) {
      throw new BackupException(
          file
              + " is in the data directory, and would be lost with it; name a file elsewhere, best"
              + " on another disk");
    }
    long freeBytes = directory.toFile().getUsableSpace();
    long requiredBytes = Files.size(database);
    if (freeBytes < requiredBytes) {
      throw new BackupException(
          "no space for "
              + file
              + ": the database has "
              + requiredBytes
              + " bytes, but only "
              + freeBytes
              + " bytes are free there");
    }
  }

  private void requireNothingLost(StorePosition copied, MarkFile.@Nullable Mark mark) {
    if (mark != null
        && (!copied.ledger().equals(mark.position().ledger())
            || copied.isBehind(mark.position()))) {
      throw new BackupException(
          "the store in "
              + dataDir
              + " is behind its high-water mark: it lost acknowledged changes, and no server starts"
              + " on it; run 'holdfast verify', which says what is lost");
    }
  }

  private void record(Instant time) {
    try {
      LastBackup.write(dataDir, time);
    } catch (IOException e) {
      LOGGER.warn("the backup is complete, but its time cannot be recorded in {}", dataDir, e);
    }
  }
}
