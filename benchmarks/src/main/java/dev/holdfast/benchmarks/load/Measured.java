package dev.holdfast.benchmarks.load;

import org.HdrHistogram.Histogram;

/**
 * The result of a measurement.
 *
 * @param operationsPerSecond the rate of durable changes that were answered
 * @param latencyNanos the latencies of the calls, from start to answer
 * @param undone the number of due changes that were not made: the server rejected them with
 *     OVERLOADED, or they were not started because too many others were in flight
 */
public record Measured(double operationsPerSecond, Histogram latencyNanos, long undone) {
  /** Returns a percentile of the latencies. */
  public double micros(double percentile) {
    return latencyNanos.getValueAtPercentile(percentile) / 1e3;
  }
}
