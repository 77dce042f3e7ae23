package dev.holdfast.benchmarks.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
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
