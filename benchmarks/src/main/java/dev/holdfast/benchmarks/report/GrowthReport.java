package dev.holdfast.benchmarks.report;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The results of the growth run.
 *
 * @param points the measured points, by number of live reservations
 * @param available the latency of {@code Available} at the first and the last point, with one call
 *     in flight
 * @param startSeconds the time from the start of the process until it serves, at the last point,
 *     with all histories
 * @param disk the disk space after the retention
 */
public record GrowthReport(
    List<Point> points, List<Available> available, double startSeconds, Disk disk) {
  /**
   * The unary mix with this number of live reservations.
   *
   * @param serverRssBytes the resident memory of the server; null if the system does not provide it
   * @param dataDirBytes the size of the data directory with all histories
   * @param fillSeconds the time since the last point
   */
  public record Point(
      long liveReservations,
      Figures unary,
      @Nullable Long serverRssBytes,
      long dataDirBytes,
      double fillSeconds) {}

  /** The latency of {@code Available}. */
  public record Available(long liveReservations, Figures calls) {}

  /**
   * The data directory of a server that was stopped after its purge.
   *
   * @param purgeSeconds the duration of the purge
   * @param dataDirBytes the size of all files
   * @param freeBytes the bytes of these in free pages of the database, which are reused
   */
  public record Disk(
      long liveReservations, double purgeSeconds, long dataDirBytes, long freeBytes) {
    /** Returns the bytes per live reservation, free pages included. */
    public double bytesPerReservation() {
      return (double) dataDirBytes / liveReservations;
    }

    /** Returns the bytes per live reservation in used pages. */
    public double usedBytesPerReservation() {
      return (double) (dataDirBytes - freeBytes) / liveReservations;
    }
  }
}
