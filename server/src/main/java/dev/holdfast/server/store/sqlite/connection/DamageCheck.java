package dev.holdfast.server.store.sqlite.connection;

import dev.holdfast.server.ledger.StoreException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells damage from a read that failed once, where SQLite called something malformed: SQLite's own
 * check, on a connection of its own, names the pages that it cannot read as such.
 */
public final class DamageCheck {
  private static final Logger LOGGER = LoggerFactory.getLogger(DamageCheck.class);

  /** What SQLite's check says of a page that the disk does not give it. */
  private static final List<String> UNREAD =
      List.of("unable to get the page", "failed to get page", "Failed to read ptrmap");

  /** From one check that could not tell to the next, at least. */
  private static final long REST_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** And so many times what it took, as it goes through the whole file. */
  private static final long RESTS = 10;

  private final LongReads reads;
  private final StoreCondition condition;
  private long nextNanos = System.nanoTime();

  public DamageCheck(LongReads reads, StoreCondition condition) {
    this.reads = reads;
    this.condition = condition;
  }

  /** What a check came to. */
  private enum Result {
    SOUND,
    DAMAGED,
    /** SQLite calls malformed what the check itself needs, or could not read that. */
    MALFORMED,
    UNREAD
  }

  private record Finding(Result result, String what) {}

  /** Settles what is suspected, if anything is; goes through the whole file then. */
  public void settle() {
    if (!condition.suspicious() || System.nanoTime() - nextNanos < 0) {
      return;
    }
    long begin = System.nanoTime();
    condition.beginCheck();
    Finding finding = check();
    if (finding.result == Result.MALFORMED && isReadable()) {
      // Not for want of a page that every read needs; and once more is not by chance.
      finding = check();
      if (finding.result == Result.MALFORMED) {
        finding = new Finding(Result.DAMAGED, finding.what);
      }
    }
    if (finding.result == Result.SOUND) {
      LOGGER.info("the file is sound: a read had failed that SQLite took for damage");
    } else if (finding.result == Result.DAMAGED) {
      condition.fileDamaged(finding.what);
    } else {
      condition.stillSuspicious();
    }
    long end = System.nanoTime();
    nextNanos = end + Math.max(REST_NANOS, RESTS * (end - begin));
  }

  private Finding check() {
    List<String> lines;
    try {
      lines =
          reads.read(
              "cannot check the file",
              connection ->
                  SqliteConnection.rows(
                      connection.prepared("PRAGMA integrity_check"), row -> row.getString(1)));
    } catch (StoreException e) {
      return new Finding(
          StoreCondition.isCorrupt(e.getCause()) ? Result.MALFORMED : Result.UNREAD,
          String.valueOf(e.getMessage()));
    }
    if (lines.equals(List.of("ok"))) {
      return new Finding(Result.SOUND, "");
    }
    // Where a page is missing, what follows may only seem damaged.
    boolean unread = lines.stream().anyMatch(line -> UNREAD.stream().anyMatch(line::contains));
    return new Finding(unread ? Result.UNREAD : Result.DAMAGED, lines.get(0));
  }

  private boolean isReadable() {
    try {
      return reads.read(
              "cannot read the file",
              connection -> connection.number("SELECT count(*) FROM sqlite_schema"))
          > 0;
    } catch (StoreException e) {
      LOGGER.debug("cannot read the file", e);
      return false;
    }
  }
}
