package dev.holdfast.benchmarks.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Any;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.Status;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class OpenLoopTest {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final long MILLI = 1_000_000;

  private final FakeTicker ticker = new FakeTicker();
  private final List<FakeWorkload> workloads = new ArrayList<>();
  private int calls;

  /** Is answered at once, by what the test says of the call of that number. */
  private final class FakeWorkload implements Workload {
    private final IntFunction<@Nullable Throwable> failures;
    private boolean holds;

    FakeWorkload(IntFunction<@Nullable Throwable> failures) {
      this.failures = failures;
      workloads.add(this);
    }

    @Override
    public void next(Answer answer) {
      Throwable failure = failures.apply(calls++);
      if (failure == null) {
        holds = !holds;
        answer.done(1);
      } else {
        answer.failed(failure);
      }
    }

    @Override
    public boolean holdsNothing() {
      return !holds;
    }
  }

  private OpenLoop loop(IntFunction<@Nullable Throwable> failures) {
    return new OpenLoop(() -> new FakeWorkload(failures), 1000, ticker);
  }

  @Test
  void whatWaitsBehindAStallHasWaited() throws Exception {
    OpenLoop loop =
        loop(
            call -> {
              if (call == 500) {
                ticker.take(100 * MILLI);
              }
              return null;
            });
    Measured measured = loop.run(Duration.ZERO, SECOND, 1, () -> {}).get(0);

    assertEquals(1000, measured.latencyNanos().getTotalCount());
    assertEquals(0, measured.micros(89));
    // The stalled one took 100 ms, the next one was meant to start a millisecond later, and so on.
    assertEquals(51, measured.latencyNanos().getCountBetweenValues(499 * MILLI / 10, 200 * MILLI));
    assertEquals(100_000, measured.micros(100), 100);
  }

  @Test
  void whatIsDueWithinAMillisecondStartsAtItsEndAndHasWaited() throws Exception {
    OpenLoop loop = new OpenLoop(() -> new FakeWorkload(call -> null), 4000, ticker);
    Measured measured = loop.run(Duration.ZERO, SECOND, 1, () -> {}).get(0);

    assertEquals(4000, measured.latencyNanos().getTotalCount());
    // Meant to start a quarter, a half and three quarters into it, and at its end.
    for (long waited : new long[] {0, 250_000, 500_000, 750_000}) {
      assertEquals(
          1000, (double) measured.latencyNanos().getCountAtValue(waited), 1, "at " + waited);
    }
  }

  @Test
  void countsEachSliceByItselfAndNotTheWarmUp() throws Exception {
    List<Integer> after = new ArrayList<>();
    List<Measured> slices = loop(call -> null).run(SECOND, SECOND, 3, () -> after.add(calls));

    assertEquals(List.of(2000, 3000, 4000), after);
    for (Measured slice : slices) {
      assertEquals(1000, slice.latencyNanos().getTotalCount());
      assertEquals(1000, slice.operationsPerSecond());
    }
  }

  @Test
  void whatIsAnsweredInALaterSliceCountsThere() throws Exception {
    OpenLoop loop =
        loop(
            call -> {
              if (call == 999) {
                ticker.take(10 * MILLI);
              }
              return null;
            });
    List<Measured> slices = loop.run(Duration.ZERO, SECOND, 2, () -> {});

    assertEquals(1000, slices.get(0).latencyNanos().getTotalCount());
    assertEquals(999, slices.get(0).operationsPerSecond());
    assertEquals(1001, slices.get(1).operationsPerSecond());
  }

  @Test
  void countsWhatIsRefusedForOverload() throws Exception {
    Throwable overloaded = refusal("OVERLOADED");
    Measured measured =
        loop(call -> call % 10 == 5 ? overloaded : null)
            .run(Duration.ZERO, SECOND, 1, () -> {})
            .get(0);

    assertEquals(100, measured.undone());
    assertEquals(900, measured.operationsPerSecond());
  }

  @Test
  void startsNoMoreThanItCanKeepTrackOf() throws Exception {
    List<Workload.Answer> unanswered = new ArrayList<>();
    Workload slow =
        new Workload() {
          @Override
          public void next(Answer answer) {
            unanswered.add(answer);
          }

          @Override
          public boolean holdsNothing() {
            return true;
          }
        };
    OpenLoop loop = new OpenLoop(() -> slow, 1_000_000, ticker);
    Runnable answerAll =
        () -> {
          unanswered.forEach(answer -> answer.done(1));
          unanswered.clear();
        };
    Measured measured = loop.run(Duration.ZERO, Duration.ofMillis(100), 2, answerAll).get(0);

    assertEquals(OpenLoop.IN_FLIGHT_LIMIT, measured.latencyNanos().getTotalCount());
    assertEquals(100_000 - OpenLoop.IN_FLIGHT_LIMIT, measured.undone());
  }

  @Test
  void anyOtherErrorEndsIt() {
    Throwable draining = refusal("DRAINING");
    OpenLoop loop = loop(call -> call == 10 ? draining : null);
    ExecutionException thrown =
        assertThrows(ExecutionException.class, () -> loop.run(Duration.ZERO, SECOND, 1, () -> {}));

    assertInstanceOf(draining.getClass(), thrown.getCause());
    assertEquals(11, calls);
  }

  @Test
  void leavesNothingHeld() throws Exception {
    // 7 starts, so that the only workload there is holds something at the end.
    loop(call -> null).run(Duration.ZERO, Duration.ofMillis(7), 1, () -> {});

    assertEquals(8, calls);
    assertTrue(workloads.stream().allMatch(FakeWorkload::holdsNothing));
  }

  private static Throwable refusal(String reason) {
    return StatusProto.toStatusRuntimeException(
        Status.newBuilder()
            .setCode(Code.UNAVAILABLE_VALUE)
            .addDetails(Any.pack(ErrorInfo.newBuilder().setReason(reason).build()))
            .build());
  }
}
