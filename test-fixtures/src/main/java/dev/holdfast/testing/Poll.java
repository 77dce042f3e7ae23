package dev.holdfast.testing;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Waits for a condition that can be observed, within a limit that only a failing test reaches. */
public final class Poll {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Duration PERIOD = Duration.ofMillis(5);

  private Poll() {}

  /**
   * Waits until a condition holds, and evaluates it every 5 ms meanwhile.
   *
   * @param what the condition, for the message of the failure
   * @param condition is evaluated on the calling thread, at least once
   * @throws AssertionError if it does not hold within 60 s
   * @throws Exception if the condition throws it
   */
  public static void until(String what, Callable<Boolean> condition) throws Exception {
    long start = System.nanoTime();
    while (!condition.call()) {
      if (System.nanoTime() - start > LIMIT.toNanos()) {
        throw new AssertionError("not within " + LIMIT + ": " + what);
      }
      LockSupport.parkNanos(PERIOD.toNanos());
    }
  }
}
