package dev.holdfast.server.store.sqlite.connection;

import java.sql.SQLException;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * Tells which errors may mean that something was lost that SQLite takes for written. Linux lets go
 * of pages that it could not write, tells one caller, once, and reports the next sync as good.
 */
public final class LostWrites {
  private static final Set<SQLiteErrorCode> FAILED_SYNCS =
      EnumSet.of(
          SQLiteErrorCode.SQLITE_IOERR_FSYNC,
          SQLiteErrorCode.SQLITE_IOERR_DIR_FSYNC,
          SQLiteErrorCode.SQLITE_IOERR_DIR_CLOSE,
          SQLiteErrorCode.SQLITE_IOERR_CLOSE);

  /**
   * What a checkpoint wrote in its earlier passes is not synced yet, and some file systems report
   * in a write that an earlier one was lost.
   */
  private static final Set<SQLiteErrorCode> FAILED_WRITES =
      EnumSet.of(
          SQLiteErrorCode.SQLITE_IOERR,
          SQLiteErrorCode.SQLITE_IOERR_WRITE,
          SQLiteErrorCode.SQLITE_IOERR_TRUNCATE);

  private LostWrites() {}

  /** Whether a sync failed. */
  static boolean inSync(Throwable e) {
    return isOneOf(FAILED_SYNCS, e);
  }

  /** Whether a sync or a write of a checkpoint failed; not where the disk is merely full. */
  static boolean inCheckpoint(Throwable e) {
    return inSync(e) || isOneOf(FAILED_WRITES, e);
  }

  /** Whether the disk is full. */
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
