package dev.holdfast.benchmarks.report;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A long load in an open loop.
 *
 * @param maximumOperationsPerSecond the highest rate, as a share of that of a closed loop, that an
 *     open loop sustained
 * @param offeredOperationsPerSecond the rate of scheduled starts: 80 % of the maximum
 * @param sliceSeconds the length of each slice
 */
public record SoakReport(
    double maximumOperationsPerSecond,
    double offeredOperationsPerSecond,
    double sliceSeconds,
    List<Slice> slices) {
  /**
   * One slice.
   *
   * @param undone the number of changes that were rejected with OVERLOADED, or not started because
   *     too many others were in flight
   * @param serverRssBytes the resident memory at its end; null if the system does not provide it
   */
  public record Slice(Figures answers, long undone, @Nullable Long serverRssBytes) {}
}
