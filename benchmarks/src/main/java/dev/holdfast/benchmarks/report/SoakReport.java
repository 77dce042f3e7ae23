package dev.holdfast.benchmarks.report;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A load that lasts, in an open loop.
 *
 * @param maximumOperationsPerSecond what a closed loop with 256 in flight did
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
   * @param refused how many were refused with OVERLOADED
   * @param serverRssBytes at its end; null where the system does not tell
   */
  public record Slice(Figures answers, long refused, @Nullable Long serverRssBytes) {}
}
