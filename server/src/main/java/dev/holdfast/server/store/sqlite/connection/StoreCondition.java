package dev.holdfast.server.store.sqlite.connection;

import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.store.FatalErrors;
import dev.holdfast.server.store.sqlite.directory.OpenFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteErrorCode;

/** Tracks whether the store is reliable. Every read and write checks it first, from any thread. */
public final class StoreCondition {
  private static final long FILE_CHECK_NANOS = 1_000_000_000;

  private static final Logger LOGGER = LoggerFactory.getLogger(StoreCondition.class);

  private final FatalErrors fatalErrors;
  private final OpenFiles files;

  /** Whether data that SQLite considers written may be lost. */
  private volatile boolean halted;

  /** Whether names of the store's files lead to other files. */
  private volatile boolean replaced;

  /** The first damage that may hide rows; null for none. */
  private volatile StoreException.@Nullable Damage hiding;

  /** Whether SQLite reported something malformed, which may also be a failed read. */
  private volatile boolean suspicious;

  /** Whether the outcome of the last commit is unknown. */
  private volatile boolean commitOutcomeUnknown;

  private volatile long filesCheckedNanos = System.nanoTime();

  public StoreCondition(OpenFiles files, FatalErrors fatalErrors) {
    this.files = files;
    this.fatalErrors = fatalErrors;
  }

  /** Returns why the store is not reliable; empty if it is. */
  public String trouble() {
    if (halted) {
      return "the disk may have lost written data";
    } else if (replaced) {
      return "the files of the store were removed or replaced";
    }
    return commitOutcomeUnknown ? "the outcome of a commit is unknown" : "";
  }

  public boolean halted() {
    return halted;
  }

  public boolean replaced() {
    return replaced;
  }

  public boolean commitOutcomeUnknown() {
    return commitOutcomeUnknown;
  }

  /**
   * Requires a reliable store before a read.
   *
   * @throws StoreException if reads may return wrong data
   */
  void requireReadable() {
    String trouble = trouble();
    if (!trouble.isEmpty()) {
      throw StoreException.refused(trouble);
    }
  }

  /**
   * Requires a writable store before a transaction. The caller must resolve an unknown outcome of
   * the last commit.
   *
   * @throws StoreException if writes may be lost
   */
  public void requireWritable() {
    if (System.nanoTime() - filesCheckedNanos >= FILE_CHECK_NANOS) {
      checkFiles();
    }
    if (halted || replaced) {
      throw StoreException.refused(trouble());
    }
  }

  /**
   * Requires, after a commit and before its results are returned, that the database file still has
   * its name.
   *
   * @throws StoreException if the next start would not find the commit
   */
  public void requireFilesInPlace() {
    if (files.databaseReplaced()) {
      checkFiles();
      throw StoreException.unknown(
          "cannot tell which file received the commit", new IOException(trouble()));
    }
  }

  /** Compares the open files with the files that their names lead to. */
  public void checkFiles() {
    filesCheckedNanos = System.nanoTime();
    Path file = files.replaced();
    if (file != null && !replaced) {
      LOGGER.error(
          "{} was removed or replaced under the running server; rejecting reads and writes until the"
              + " open file has its name again. Restart the server to serve the file that is there"
              + " now",
          file);
    } else if (file == null && replaced) {
      LOGGER.info("files of the store back in place; accepting reads and writes");
    }
    replaced = file != null;
  }

  /**
   * Notices the failure of a read. If the key of a slot's row has changed, a lookup of the slot
   * does not find the row. The original key of a damaged row is unknown, so from then on every
   * lookup without a result is rejected. Rows that are found are intact.
   */
  public void notice(StoreException e) {
    StoreException.Damage damage = e.damage();
    if (damage != null) {
      notice(damage);
    }
  }

  private void notice(StoreException.Damage damage) {
    if (damage.kind() == StoreException.Damage.Kind.ROW && hiding == null) {
      hiding = damage;
      LOGGER.error(
          "store damaged: {}; rejecting lookups without a result, because a damaged row may hide it",
          damage.subject());
    }
  }

  /** Returns the damage that may hide rows; null for none. */
  public StoreException.@Nullable Damage hiding() {
    return hiding;
  }

  /**
   * Requires, after a lookup without a result, that no damage may hide the row.
   *
   * @throws StoreException if the row may exist
   */
  public void requireNoHiddenRows() {
    StoreException.Damage damage = hiding;
    if (damage != null) {
      throw StoreException.hidden(damage);
    }
  }

  /** Notices a failed statement and returns the exception to throw. */
  public StoreException failed(String what, SQLException e) {
    StoreException failure = StoreException.notApplied(what, e);
    if (LostWrites.inSync(e)) {
      halt(failure);
    } else if (isCorrupt(e)) {
      suspicious = true;
    }
    return failure;
  }

  /**
   * Returns whether SQLite reports a damaged file. It also does so for a page that the disk could
   * not read (EIO becomes SQLITE_IOERR_CORRUPTFS, which becomes SQLITE_CORRUPT), so this alone
   * proves nothing.
   */
  static boolean isCorrupt(@Nullable Throwable e) {
    if (!(e instanceof SQLException failed)) {
      return false;
    }
    int code = failed.getErrorCode() & 0xff;
    return code == SQLiteErrorCode.SQLITE_CORRUPT.code
        || code == SQLiteErrorCode.SQLITE_NOTADB.code;
  }

  /** Returns whether damage of the file is suspected and must be checked. */
  boolean suspicious() {
    return suspicious && hiding == null;
  }

  /** Resets the suspicion before a check of the file; later failures cause another check. */
  void beginCheck() {
    suspicious = false;
  }

  /** Keeps the suspicion, because the file could not be checked. */
  void stillSuspicious() {
    suspicious = true;
  }

  /** Records that a check found the file damaged. */
  void fileDamaged(String what) {
    notice(
        new StoreException.Damage(StoreException.Damage.Kind.ROW, "damaged file: " + what, 0, 0));
  }

  /** Notices a failed commit, whose outcome is unknown, and returns the exception to throw. */
  public StoreException commitFailed(SQLException e) {
    commitOutcomeUnknown = true;
    StoreException failure = StoreException.unknown("cannot commit", e);
    if (LostWrites.inSync(e)) {
      halt(failure);
    }
    return failure;
  }

  /** Records that a later commit replaced or followed the failed commit. */
  public void commitOutcomeResolved() {
    commitOutcomeUnknown = false;
  }

  /** Notices a failed checkpoint and returns the exception to throw. */
  public StoreException checkpointFailed(SQLException e) {
    StoreException failure = StoreException.notApplied("cannot checkpoint the WAL", e);
    if (LostWrites.inCheckpoint(e)) {
      halt(failure);
    }
    return failure;
  }

  private void halt(StoreException failure) {
    halted = true;
    fatalErrors.halt(failure);
  }

  /**
   * Opens a connection to the same files as the other connections.
   *
   * @throws StoreException if the files were removed or replaced
   */
  public SqliteConnection open(Supplier<SqliteConnection> opening) {
    checkFiles();
    if (!replaced()) {
      SqliteConnection opened = opening.get();
      checkFiles();
      if (!replaced()) {
        return opened;
      }
      // The connection is not closed: closing the only connection to another process's files would
      // write into them.
    }
    throw StoreException.refused(trouble());
  }
}
