package dev.holdfast.benchmarks.report;

import java.util.List;

/**
 * Latency against load, in an open loop.
 *
 * @param maximumOperationsPerSecond the highest rate, as a share of that of a closed loop, that an
 *     open loop sustained
 */
public record LoadReport(double maximumOperationsPerSecond, List<Point> points) {
  /**
   * One load.
   *
   * @param loadPercent the load in percent of the maximum
   * @param offeredOperationsPerSecond the rate of scheduled starts
   * @param answers the rate of answers, and their latencies since the scheduled start
   * @param undone the number of changes that were rejected with OVERLOADED, or not started because
   *     too many others were in flight
   */
  public record Point(
      int loadPercent, double offeredOperationsPerSecond, Figures answers, long undone) {}
}
