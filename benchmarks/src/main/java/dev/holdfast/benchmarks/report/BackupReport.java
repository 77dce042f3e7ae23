package dev.holdfast.benchmarks.report;

import java.util.List;

/**
 * The results of backups beside other callers, which {@link Target#T10_backup} compares.
 *
 * @param reservations the number of live reservations
 * @param backups the backups, one a round
 * @param restoreSeconds the duration of the restore of the last one
 * @param verifySeconds the duration of {@code holdfast verify} on the restored store
 */
public record BackupReport(
    long reservations, List<Taken> backups, double restoreSeconds, double verifySeconds) {
  /**
   * One backup, taken by the command in a process of its own.
   *
   * @param databaseBytes the size of the database in it
   * @param copySeconds how long the copy took, during which the server cannot restart its WAL
   * @param seconds how long the command took, with the recount and the start of its JVM
   * @param walPeakBytes the largest size of the WAL meanwhile
   */
  public record Taken(long databaseBytes, double copySeconds, double seconds, long walPeakBytes) {
    /** Returns the speed of the copy, in bytes a second. */
    public double copyBytesPerSecond() {
      return databaseBytes / copySeconds;
    }
  }
}
