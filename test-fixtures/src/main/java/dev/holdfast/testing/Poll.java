package dev.holdfast.testing;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Waits for an observable condition, with a time limit that only a failing test reaches. */
public final class Poll {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Duration PERIOD = Duration.ofMillis(5);

  private Poll() {}

  /**
   * Waits until a condition holds, and evaluates it every 5 ms.
   *
   * @param what a description of the condition, for the failure message
   * @param condition the condition; it is evaluated on the calling thread, at least once
   * @throws AssertionError if the condition does not hold within 60 s
   * @throws Exception if the condition throws
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
