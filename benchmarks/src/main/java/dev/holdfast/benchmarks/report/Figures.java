package dev.holdfast.benchmarks.report;

import dev.holdfast.benchmarks.load.Measured;
import org.HdrHistogram.Histogram;

/**
 * The figures of one program in one measurement.
 *
 * @param program the name of the program
 * @param operationsPerSecond the rate of durable changes
 * @param p50Micros the median of its calls, microseconds; of a batch, that of the whole batch
 * @param p99Micros their 99th percentile
 * @param p999Micros their 99.9th percentile
 */
public record Figures(
    String program,
    double operationsPerSecond,
    double p50Micros,
    double p99Micros,
    double p999Micros) {
  /** Returns the figures of a load. */
  public static Figures of(String program, Measured measured) {
    return of(program, measured.operationsPerSecond(), measured.latencyNanos());
  }

  /** Returns the figures of calls whose latencies were recorded in nanoseconds. */
  public static Figures of(String program, double operationsPerSecond, Histogram latencyNanos) {
    return new Figures(
        program,
        operationsPerSecond,
        latencyNanos.getValueAtPercentile(50) / 1e3,
        latencyNanos.getValueAtPercentile(99) / 1e3,
        latencyNanos.getValueAtPercentile(99.9) / 1e3);
  }

  /** Returns the same figures under another name. */
  public Figures as(String name) {
    return new Figures(name, operationsPerSecond, p50Micros, p99Micros, p999Micros);
  }
}
