package dev.holdfast.server.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Tests the exit code of the process after a drain. */
class DrainExitTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  @Test
  void onlyADrainThatWentWellExitsWithZero() {
    assertEquals(0, ServeCommand.exitCode(() -> true, LONG));
    assertEquals(1, ServeCommand.exitCode(() -> false, LONG));
    assertEquals(
        1,
        ServeCommand.exitCode(
            () -> {
              throw new AssertionError("a defect");
            },
            LONG));
  }

  @Test
  void aDrainThatHangsIsBrokenOff() {
    CountDownLatch end = new CountDownLatch(1);
    assertEquals(
        1,
        ServeCommand.exitCode(
            () -> {
              try {
                end.await();
                return true;
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            },
            Duration.ofMillis(1)));
    end.countDown();
  }
}
