package dev.holdfast.benchmarks.report;

import java.util.List;

/**
 * Latency against load, in an open loop.
 *
 * @param maximumOperationsPerSecond the largest share of what a closed loop does that an open loop
 *     kept up with
 */
public record LoadReport(double maximumOperationsPerSecond, List<Point> points) {
  /**
   * One load.
   *
   * @param loadPercent of the maximum
   * @param offeredOperationsPerSecond how many were meant to start
   * @param answers how many were answered, and how long after their intended start
   * @param undone how many were refused with OVERLOADED, or not started because too many others
   *     were under way
   */
  public record Point(
      int loadPercent, double offeredOperationsPerSecond, Figures answers, long undone) {}
}
