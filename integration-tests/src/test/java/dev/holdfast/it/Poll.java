package dev.holdfast.it;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Assertions;

/** Waits for what can be seen, as long as it takes within reason. */
final class Poll {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Duration PERIOD = Duration.ofMillis(5);

  private Poll() {}

  static void until(String what, Callable<Boolean> condition) throws Exception {
    long start = System.nanoTime();
    while (!condition.call()) {
      if (System.nanoTime() - start > LIMIT.toNanos()) {
        Assertions.fail("not within " + LIMIT + ": " + what);
      }
      LockSupport.parkNanos(PERIOD.toNanos());
    }
  }
}
