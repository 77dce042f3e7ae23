package dev.holdfast.benchmarks.report;

import java.util.List;

/**
 * Latency against load, in an open loop.
 *
 * @param maximumOperationsPerSecond what a closed loop with 256 in flight did
 */
public record LoadReport(double maximumOperationsPerSecond, List<Point> points) {
  /**
   * One load.
   *
   * @param loadPercent of the maximum
   * @param offeredOperationsPerSecond how many were meant to start
   * @param answers how many were answered, and how long after their intended start
   * @param refused how many were refused with OVERLOADED
   */
  public record Point(
      int loadPercent, double offeredOperationsPerSecond, Figures answers, long refused) {}
}
