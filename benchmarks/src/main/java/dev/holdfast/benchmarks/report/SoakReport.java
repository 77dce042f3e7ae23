package dev.holdfast.benchmarks.report;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A load that lasts, in an open loop.
 *
 * @param maximumOperationsPerSecond the largest share of what a closed loop does that an open loop
 *     kept up with
 * @param offeredOperationsPerSecond how many were meant to start: 80 % of it
 * @param sliceSeconds how long each slice lasted
 */
public record SoakReport(
    double maximumOperationsPerSecond,
    double offeredOperationsPerSecond,
    double sliceSeconds,
    List<Slice> slices) {
  /**
   * One slice.
   *
   * @param undone how many were refused with OVERLOADED, or not started because too many others
   *     were under way
   * @param serverRssBytes at its end; null where the system does not tell
   */
  public record Slice(Figures answers, long undone, @Nullable Long serverRssBytes) {}
}
