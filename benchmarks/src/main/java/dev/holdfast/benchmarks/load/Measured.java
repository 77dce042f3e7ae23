package dev.holdfast.benchmarks.load;

import org.HdrHistogram.Histogram;

/**
 * What was counted.
 *
 * @param operationsPerSecond durable changes that were answered
 * @param latencyNanos of each call, from its start to its answer
 * @param undone changes that were due and not made: the server refused them with OVERLOADED, or
 *     they were not started because too many others were under way
 */
public record Measured(double operationsPerSecond, Histogram latencyNanos, long undone) {
  /** A percentile of the latencies. */
  public double micros(double percentile) {
    return latencyNanos.getValueAtPercentile(percentile) / 1e3;
  }
}
