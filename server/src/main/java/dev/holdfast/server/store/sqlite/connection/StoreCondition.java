package dev.holdfast.server.store.sqlite.connection;

import dev.holdfast.server.ledger.StoreException;
import dev.holdfast.server.store.FatalErrors;
import dev.holdfast.server.store.sqlite.directory.OpenFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteErrorCode;

/** Whether the store can be relied on; asked before anything is read or written, by any thread. */
public final class StoreCondition {
  private static final long LOOK_NANOS = 1_000_000_000;

  private static final Logger LOGGER = LoggerFactory.getLogger(StoreCondition.class);

  private final FatalErrors fatalErrors;
  private final OpenFiles files;

  /** Whether something may be lost that SQLite takes for written. */
  private volatile boolean halted;

  /** Whether names of its files lead elsewhere. */
  private volatile boolean replaced;

  /** The first damage that was found of those that may hide rows; null for none. */
  private volatile StoreException.@Nullable Damage hiding;

  /** Whether SQLite found something malformed, which is what it says of a failed read too. */
  private volatile boolean suspicious;

  /** Whether nobody knows what became of the last commit. */
  private volatile boolean unsettled;

  private volatile long lookedNanos = System.nanoTime();

  public StoreCondition(OpenFiles files, FatalErrors fatalErrors) {
    this.files = files;
    this.fatalErrors = fatalErrors;
  }

  /** Why it is not to be relied on; empty where it is. */
  public String trouble() {
    if (halted) {
      return "the disk may have lost what was written";
    } else if (replaced) {
      return "the files of the store were removed or replaced";
    }
    return unsettled ? "the outcome of a commit is unknown" : "";
  }

  public boolean halted() {
    return halted;
  }

  public boolean replaced() {
    return replaced;
  }

  public boolean unsettled() {
    return unsettled;
  }

  /**
   * To be called before anything is read.
   *
   * @throws StoreException where what is read might turn out to be wrong
   */
  void requireReadable() {
    String trouble = trouble();
    if (!trouble.isEmpty()) {
      throw StoreException.refused(trouble);
    }
  }

  /**
   * To be called before a transaction. It is for the caller to settle what is unsettled.
   *
   * @throws StoreException where what is written might be lost
   */
  public void requireWritable() {
    if (System.nanoTime() - lookedNanos >= LOOK_NANOS) {
      look();
    }
    if (halted || replaced) {
      throw StoreException.refused(trouble());
    }
  }

  /**
   * To be called after a commit, before anybody is told of it.
   *
   * @throws StoreException where the next start will not find what was committed
   */
  public void requireFound() {
    if (files.databaseReplaced()) {
      look();
      throw StoreException.unknown(
          "cannot tell where it was committed to", new IOException(trouble()));
    }
  }

  /** Compares the files that are open with what their names lead to. */
  public void look() {
    lookedNanos = System.nanoTime();
    Path file = files.replaced();
    if (file != null && !replaced) {
      LOGGER.error(
          "{} was removed or replaced under the running server; everything is refused until the"
              + " file that is open has its name again. Restart the server to serve what is there"
              + " now",
          file);
    } else if (file == null && replaced) {
      LOGGER.info("the files of the store have their names again");
    }
    replaced = file != null;
  }

  /**
   * To be called with what was thrown where something was read. Where the row of a slot has another
   * key now, who looks for the slot does not find it. Nobody can tell which row a damaged one was,
   * so from now on nothing counts as missing. What is found is what was written.
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
          "from now on what is not found is refused, as it may be hidden: {}", damage.subject());
    }
  }

  /** What may hide rows; null where nothing is known to. */
  public StoreException.@Nullable Damage hiding() {
    return hiding;
  }

  /**
   * To be called where something was not found.
   *
   * @throws StoreException where it may be there all the same
   */
  public void requireNothingHidden() {
    StoreException.Damage damage = hiding;
    if (damage != null) {
      throw StoreException.hidden(damage);
    }
  }

  /** A statement failed. */
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
   * Whether SQLite says that its file is damaged. It says so of a page that the disk did not give
   * it too (EIO becomes SQLITE_IOERR_CORRUPTFS, and that SQLITE_CORRUPT), so it proves nothing.
   */
  static boolean isCorrupt(@Nullable Throwable e) {
    if (!(e instanceof SQLException failed)) {
      return false;
    }
    int code = failed.getErrorCode() & 0xff;
    return code == SQLiteErrorCode.SQLITE_CORRUPT.code
        || code == SQLiteErrorCode.SQLITE_NOTADB.code;
  }

  /** Whether it is to be settled whether the file is damaged. */
  boolean suspicious() {
    return suspicious && hiding == null;
  }

  /** To be called before the file is looked at: what is suspected from now on is another matter. */
  void beginCheck() {
    suspicious = false;
  }

  /** The file could not be looked at, so it is still to be settled. */
  void stillSuspicious() {
    suspicious = true;
  }

  /** The file is damaged, and was readable. */
  void fileDamaged(String what) {
    notice(
        new StoreException.Damage(StoreException.Damage.Kind.ROW, "damaged file: " + what, 0, 0));
  }

  /** A commit failed, so nobody knows what became of it. */
  public StoreException commitFailed(SQLException e) {
    unsettled = true;
    StoreException failure = StoreException.unknown("cannot commit", e);
    if (LostWrites.inSync(e)) {
      halt(failure);
    }
    return failure;
  }

  /** Something was committed over the commit that had failed, or behind it. */
  public void settled() {
    unsettled = false;
  }

  /** A checkpoint failed. */
  public StoreException checkpointFailed(SQLException e) {
    StoreException failure = StoreException.notApplied("cannot take the log into the database", e);
    if (LostWrites.inCheckpoint(e)) {
      halt(failure);
    }
    return failure;
  }

  private void halt(StoreException failure) {
    halted = true;
    fatalErrors.halt(failure);
  }
}
