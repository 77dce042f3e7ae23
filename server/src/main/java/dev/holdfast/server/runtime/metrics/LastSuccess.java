package dev.holdfast.server.runtime.metrics;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import java.time.InstantSource;

/**
 * Counts the results of a task that repeats, for example a reload, and dates its last success. Any
 * thread may call it.
 */
public final class LastSuccess {
  private static final double MILLIS = 1e-3;

  private final CounterDataPoint successes;
  private final CounterDataPoint failures;
  private final InstantSource clock;
  private volatile double seconds;
  private volatile boolean ok = true;

  LastSuccess(CounterDataPoint successes, CounterDataPoint failures, InstantSource clock) {
    this.successes = successes;
    this.failures = failures;
    this.clock = clock;
  }

  /** Records a success now. */
  public void success() {
    successes.inc();
    seconds = clock.millis() * MILLIS;
    ok = true;
  }

  /** Records a failure. The date of the last success stays. */
  public void failure() {
    failures.inc();
    ok = false;
  }

  /** Returns whether the last result was a success, or there is none. */
  boolean ok() {
    return ok;
  }

  /** Returns the time of the last success in seconds since the epoch; 0 for none. */
  double seconds() {
    return seconds;
  }
}
