package dev.holdfast.server.store.sqlite.connection;

import java.sql.SQLException;

/** Pages of the file that nothing stands on any more. */
public final class SqliteFreePages {
  /** Two milliseconds, where many are free: SQLite looks for each of them in the list of all. */
  private static final int PAGES_AT_ONCE = 64;

  /** So much is kept free in any case, for what comes next. */
  private static final int FREE_PAGES = 256;

  private SqliteFreePages() {}

  /**
   * Gives pages that are free back to the file system, where they are more than a quarter of those
   * in use: as many changes as were ever kept need not come again. The file becomes shorter when
   * the log is taken into it.
   *
   * @return how many pages; 0 too for a database that was not made for it, as those of the first
   *     versions of this program
   */
  public static int reclaimSpace(SqliteConnection connection) throws SQLException {
    long free = connection.number("PRAGMA freelist_count");
    long used = connection.number("PRAGMA page_count") - free;
    long tooMany = free - Math.max(FREE_PAGES, used / 4);
    if (tooMany <= 0) {
      return 0;
    }
    long pages = Math.min(PAGES_AT_ONCE, tooMany);
    connection.run("PRAGMA incremental_vacuum(" + pages + ")");
    return (int) (free - connection.number("PRAGMA freelist_count"));
  }
}
