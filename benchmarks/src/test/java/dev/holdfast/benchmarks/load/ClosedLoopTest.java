package dev.holdfast.benchmarks.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ClosedLoopTest {
  private static final int OPERATIONS = 3;

  private final ExecutorService thread = Executors.newSingleThreadExecutor();

  @AfterEach
  void end() {
    thread.shutdown();
  }

  private final class FakeWorkload implements Workload {
    private final int failAt;
    private int calls;

    FakeWorkload(int failAt) {
      this.failAt = failAt;
    }

    @Override
    public void next(Answer answer) {
      thread.execute(
          () -> {
            calls++;
            if (calls == failAt) {
              answer.failed(new IllegalStateException("call " + calls));
            } else {
              answer.done(OPERATIONS);
            }
          });
    }

    @Override
    public boolean holdsNothing() {
      return calls % 2 == 0;
    }
  }

  @Test
  void countsOperationsAndEndsWhereNothingIsHeld() throws Exception {
    List<FakeWorkload> workloads = Stream.generate(() -> new FakeWorkload(-1)).limit(5).toList();
    Measured measured = ClosedLoop.run(workloads, Duration.ZERO, Duration.ofMillis(20));

    long counted = measured.latencyNanos().getTotalCount();
    long calls = workloads.stream().mapToLong(workload -> workload.calls).sum();
    assertTrue(counted > 0 && counted < calls, counted + " of " + calls);
    assertTrue(measured.operationsPerSecond() > 0);
    assertTrue(workloads.stream().allMatch(FakeWorkload::holdsNothing));
  }

  /** Is answered as often as it is let. */
  private final class HeldWorkload implements Workload {
    final Semaphore answers = new Semaphore(1);
    final Semaphore calls = new Semaphore(0);

    @Override
    public void next(Answer answer) {
      calls.release();
      thread.execute(
          () -> {
            answers.acquireUninterruptibly();
            answer.done(1);
          });
    }

    @Override
    public boolean holdsNothing() {
      return true;
    }
  }

  @Test
  void whatBeginsDuringTheWorkCountsWhenItIsAnsweredLater() throws Exception {
    HeldWorkload workload = new HeldWorkload();
    Semaphore workDone = new Semaphore(0);
    Thread later =
        new Thread(
            () -> {
              workDone.acquireUninterruptibly();
              workload.answers.release(Integer.MAX_VALUE / 2);
            });
    later.start();
    Measured measured =
        ClosedLoop.during(
            List.of(workload),
            Duration.ZERO,
            () -> {
              // The first warmed up, the second is answered now, and the third begins.
              workload.answers.release();
              workload.calls.acquire(3);
              workDone.release();
            });

    assertTrue(measured.latencyNanos().getTotalCount() >= 2);
    later.join();
  }

  @Test
  void whatTheWorkThrowsIsThrown() {
    IllegalStateException failure = new IllegalStateException("of the work");
    ClosedLoop.Work work =
        () -> {
          throw failure;
        };
    assertSame(
        failure,
        assertThrows(
            IllegalStateException.class,
            () -> ClosedLoop.during(List.of(new FakeWorkload(-1)), Duration.ZERO, work)));
  }

  @Test
  void theFirstFailureEndsIt() {
    List<FakeWorkload> workloads = List.of(new FakeWorkload(-1), new FakeWorkload(10));
    ExecutionException thrown =
        assertThrows(
            ExecutionException.class,
            () -> ClosedLoop.run(workloads, Duration.ofHours(1), Duration.ofHours(1)));

    assertEquals("call 10", Objects.requireNonNull(thrown.getCause()).getMessage());
  }
}
