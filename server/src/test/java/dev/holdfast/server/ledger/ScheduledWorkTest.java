package dev.holdfast.server.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests the handling of scheduled work that throws. */
class ScheduledWorkTest {
  private final NotedWatch watch = new NotedWatch();
  private final CompletableFuture<Throwable> uncaught = new CompletableFuture<>();
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread made = new Thread(work, "scheduled");
            made.setUncaughtExceptionHandler((one, e) -> uncaught.complete(e));
            return made;
          });

  @AfterEach
  void close() {
    thread.shutdownNow();
  }

  private void repeat(Runnable work) {
    var unused =
        thread.scheduleWithFixedDelay(
            ScheduledWork.guarded(work, watch), 0, 1, TimeUnit.MILLISECONDS);
  }

  @Test
  void anExceptionIsToldAndTheWorkGoesOn() throws InterruptedException {
    CountDownLatch runs = new CountDownLatch(3);
    repeat(
        () -> {
          runs.countDown();
          throw new IllegalStateException("once more");
        });
    assertTrue(runs.await(60, TimeUnit.SECONDS));
    assertTrue(watch.notes().size() >= 2, watch.notes()::toString);
  }

  @Test
  void anErrorReachesTheThreadsHandler() throws Exception {
    AssertionError error = new AssertionError("a defect");
    AtomicInteger runs = new AtomicInteger();
    repeat(
        () -> {
          runs.incrementAndGet();
          throw error;
        });
    assertSame(error, uncaught.get(60, TimeUnit.SECONDS));
    assertEquals(1, runs.get());
  }
}
