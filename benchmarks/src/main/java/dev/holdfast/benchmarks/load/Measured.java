package dev.holdfast.benchmarks.load;

import org.HdrHistogram.Histogram;

/**
 * What was counted.
 *
 * @param operationsPerSecond durable changes that were answered
 * @param latencyNanos of each call, from its start to its answer
 * @param refused calls that the server refused because too much was waiting already
 */
public record Measured(double operationsPerSecond, Histogram latencyNanos, long refused) {
  /** A percentile of the latencies. */
  public double micros(double percentile) {
    return latencyNanos.getValueAtPercentile(percentile) / 1e3;
  }
}
