package dev.holdfast.server.store.sqlite.connection;

import dev.holdfast.server.ledger.engine.StoreException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Distinguishes damage from a transient read failure after SQLite reported something malformed.
 * SQLite's own integrity check, on a separate connection, reports pages that it cannot read as
 * such.
 */
public final class DamageCheck {
  private static final Logger LOGGER = LoggerFactory.getLogger(DamageCheck.class);

  /** The messages of SQLite's check about a page that the disk cannot read. */
  private static final List<String> UNREAD =
      List.of("unable to get the page", "failed to get page", "Failed to read ptrmap");

  /** The shortest time between two checks without a result. */
  private static final long REST_NANOS = TimeUnit.SECONDS.toNanos(1);

  /**
   * The shortest time between two checks, as a multiple of the duration of a check, because a check
   * reads the whole file.
   */
  private static final long REST_FACTOR = 10;

  private final LongReads reads;
  private final StoreCondition condition;
  private long nextNanos = System.nanoTime();

  public DamageCheck(LongReads reads, StoreCondition condition) {
    this.reads = reads;
    this.condition = condition;
  }

  /** The result of a check. */
  private enum Result {
    SOUND,
    DAMAGED,
    /** SQLite reports that data which the check itself needs is malformed, or could not be read. */
    MALFORMED,
    UNREAD
  }

  private record Finding(Result result, String what) {}

  /** Checks the whole file if damage is suspected. */
  public void checkIfSuspected() {
    if (!condition.suspicious() || System.nanoTime() - nextNanos < 0) {
      return;
    }
    long begin = System.nanoTime();
    condition.beginCheck();
    Finding finding = check();
    if (finding.result == Result.MALFORMED && isReadable()) {
      // The pages that every read needs are readable; a second identical result is no coincidence.
      finding = check();
      if (finding.result == Result.MALFORMED) {
        finding = new Finding(Result.DAMAGED, finding.what);
      }
    }
    if (finding.result == Result.SOUND) {
      LOGGER.info("database file intact; a failed read was reported as damage");
    } else if (finding.result == Result.DAMAGED) {
      condition.fileDamaged(finding.what);
    } else {
      condition.stillSuspicious();
    }
    long end = System.nanoTime();
    nextNanos = end + Math.max(REST_NANOS, REST_FACTOR * (end - begin));
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
    // If a page cannot be read, other messages may be consequences.
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
