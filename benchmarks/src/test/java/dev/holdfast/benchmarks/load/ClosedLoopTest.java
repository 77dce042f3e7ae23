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

  private final class FakeChain implements Chain {
    private final int failAt;
    private int calls;

    FakeChain(int failAt) {
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
    List<FakeChain> chains = Stream.generate(() -> new FakeChain(-1)).limit(5).toList();
    Measured measured = ClosedLoop.run(chains, Duration.ZERO, Duration.ofMillis(20));

    long counted = measured.latencyNanos().getTotalCount();
    long calls = chains.stream().mapToLong(chain -> chain.calls).sum();
    assertTrue(counted > 0 && counted < calls, counted + " of " + calls);
    assertTrue(measured.operationsPerSecond() > 0);
    assertTrue(chains.stream().allMatch(FakeChain::holdsNothing));
  }

  /** Is answered as often as it is let. */
  private final class HeldChain implements Chain {
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
    HeldChain chain = new HeldChain();
    Semaphore workDone = new Semaphore(0);
    Thread later =
        new Thread(
            () -> {
              workDone.acquireUninterruptibly();
              chain.answers.release(Integer.MAX_VALUE / 2);
            });
    later.start();
    Measured measured =
        ClosedLoop.during(
            List.of(chain),
            Duration.ZERO,
            () -> {
              // The first warmed up, the second is answered now, and the third begins.
              chain.answers.release();
              chain.calls.acquire(3);
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
            () -> ClosedLoop.during(List.of(new FakeChain(-1)), Duration.ZERO, work)));
  }

  @Test
  void theFirstFailureEndsIt() {
    List<FakeChain> chains = List.of(new FakeChain(-1), new FakeChain(10));
    ExecutionException thrown =
        assertThrows(
            ExecutionException.class,
            () -> ClosedLoop.run(chains, Duration.ofHours(1), Duration.ofHours(1)));

    assertEquals("call 10", Objects.requireNonNull(thrown.getCause()).getMessage());
  }
}
