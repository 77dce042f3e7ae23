package dev.holdfast.server.store.sqlite.connection;

import java.sql.SQLException;

/** Returns unused pages of the database file to the file system. */
public final class SqliteFreePages {
  /**
   * Takes two milliseconds if many pages are free, because SQLite searches the list of free pages
   * for each of them.
   */
  private static final int PAGES_PER_CALL = 64;

  /** The number of free pages that are always kept for new data. */
  private static final int FREE_PAGES = 256;

  private SqliteFreePages() {}

  /**
   * Returns free pages to the file system if they are more than a quarter of the used pages: the
   * largest amount of data that was ever stored may not be needed again. The file becomes shorter
   * at the next checkpoint.
   *
   * @return the number of pages; 0 for a database without incremental vacuum, as early versions of
   *     this program created it
   */
  public static int reclaimSpace(SqliteConnection connection) throws SQLException {
    long free = connection.number("PRAGMA freelist_count");
    long used = connection.number("PRAGMA page_count") - free;
    long excess = free - Math.max(FREE_PAGES, used / 4);
    if (excess <= 0) {
      return 0;
    }
    long pages = Math.min(PAGES_PER_CALL, excess);
    connection.run("PRAGMA incremental_vacuum(" + pages + ")");
    return (int) (free - connection.number("PRAGMA freelist_count"));
  }
}
