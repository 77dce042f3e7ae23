package dev.holdfast.benchmarks.report;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What growth costs.
 *
 * @param points on the way, from the fewest live reservations to the most
 * @param available what {@code Available} takes at the fewest and at the most, one call in flight
 * @param startSeconds from the start of the process to the line that says that it serves, at the
 *     most, with all histories
 * @param disk what is on disk once the retention has passed
 */
public record GrowthReport(
    List<Point> points, List<Available> available, double startSeconds, Disk disk) {
  /**
   * The unary mix beside so many live reservations.
   *
   * @param serverRssBytes memory of the server; null where the system does not tell
   * @param dataDirBytes with all histories
   * @param fillSeconds how long it took to get here from the point before
   */
  public record Point(
      long liveReservations,
      Figures unary,
      @Nullable Long serverRssBytes,
      long dataDirBytes,
      double fillSeconds) {}

  /** What {@code Available} takes. */
  public record Available(long liveReservations, Figures calls) {}

  /**
   * The data dir of a server that was ended after everything old was forgotten.
   *
   * @param forgetSeconds how long that took
   * @param dataDirBytes all files
   * @param freeBytes of these, pages of the database that hold nothing and will be used again
   */
  public record Disk(
      long liveReservations, double forgetSeconds, long dataDirBytes, long freeBytes) {
    /** What a live reservation takes in all, free pages included. */
    public double bytesPerReservation() {
      return (double) dataDirBytes / liveReservations;
    }

    /** What a live reservation takes in pages that are in use. */
    public double usedBytesPerReservation() {
      return (double) (dataDirBytes - freeBytes) / liveReservations;
    }
  }
}
