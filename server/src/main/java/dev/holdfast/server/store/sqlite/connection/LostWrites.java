package dev.holdfast.server.store.sqlite.connection;

import java.sql.SQLException;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * Classifies errors after which data that SQLite considers written may be lost. Linux drops pages
 * that it could not write, reports that once to one caller, and reports the next sync as
 * successful.
 */
public final class LostWrites {
  private static final Set<SQLiteErrorCode> FAILED_SYNCS =
      EnumSet.of(
          SQLiteErrorCode.SQLITE_IOERR_FSYNC,
          SQLiteErrorCode.SQLITE_IOERR_DIR_FSYNC,
          SQLiteErrorCode.SQLITE_IOERR_DIR_CLOSE,
          SQLiteErrorCode.SQLITE_IOERR_CLOSE);

  /**
   * The pages that a checkpoint wrote in its earlier passes are not synced yet, and some file
   * systems report the loss of an earlier write in a later one.
   */
  private static final Set<SQLiteErrorCode> FAILED_WRITES =
      EnumSet.of(
          SQLiteErrorCode.SQLITE_IOERR,
          SQLiteErrorCode.SQLITE_IOERR_WRITE,
          SQLiteErrorCode.SQLITE_IOERR_TRUNCATE);

  private LostWrites() {}

  /** Returns whether a sync failed. */
  static boolean inSync(Throwable e) {
    return isOneOf(FAILED_SYNCS, e);
  }

  /** Returns whether a sync or a write of a checkpoint failed; false for a full disk. */
  static boolean inCheckpoint(Throwable e) {
    return inSync(e) || isOneOf(FAILED_WRITES, e);
  }

  /** Returns whether the disk is full. */
  public static boolean isFullDisk(SQLException e) {
    return (e.getErrorCode() & 0xff) == SQLiteErrorCode.SQLITE_FULL.code;
  }

  private static boolean isOneOf(Set<SQLiteErrorCode> codes, @Nullable Throwable e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLiteException failed && codes.contains(failed.getResultCode())) {
        return true;
      }
    }
    return false;
  }
}
