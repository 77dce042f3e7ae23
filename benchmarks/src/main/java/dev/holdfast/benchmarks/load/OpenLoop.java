package dev.holdfast.benchmarks.load;

import dev.holdfast.testing.rpc.Refusal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * An open loop: changes start at a fixed rate, however long the answers take, because the callers
 * of a real server do not wait for each other. A latency counts from the scheduled start, so it
 * includes the wait of changes that a stall kept from being sent.
 */
public final class OpenLoop {
  /**
   * All changes of a millisecond start together at its end: a wake-up for each would take more of
   * the cores that the server needs than everything else. The wait counts as latency.
   */
  private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private static final long LAST_ANSWER_SECONDS = 60;

  /**
   * Limits the changes in flight to some tenths of a second of work. With 50,000 of them, garbage
   * collection took a third of the two cores that this process shares with the server, so neither
   * would recover after a stall.
   */
  static final int IN_FLIGHT_LIMIT = 10_000;

  /** The number of concurrent releases at the end. */
  private static final int WAVE = 1000;

  private final Supplier<? extends Workload> newWorkload;
  private final double startsPerSecond;
  private final Ticker ticker;
  private final Queue<Workload> idle = new ConcurrentLinkedQueue<>();
  private final CompletableFuture<Void> failure = new CompletableFuture<>();

  /** The starter counts as one, so that this is not 0 before the last start. */
  private final AtomicLong inFlight = new AtomicLong(1);

  private final CompletableFuture<Void> allAnswered = new CompletableFuture<>();

  /**
   * Makes a loop that can be run once.
   *
   * @param newWorkload makes another workload when all others wait for an answer
   * @param startsPerSecond the rate of starts, more than 0
   */
  public OpenLoop(Supplier<? extends Workload> newWorkload, double startsPerSecond, Ticker ticker) {
    this.newWorkload = newWorkload;
    this.startsPerSecond = startsPerSecond;
    this.ticker = ticker;
  }

  /** A time span with its counters. */
  private static final class Slice {
    final Histogram latencyNanos = new ConcurrentHistogram(TimeUnit.HOURS.toNanos(1), 3);
    final LongAdder answered = new LongAdder();
    final LongAdder undone = new LongAdder();
  }

  /** Consecutive time spans of equal length; everything outside is counted apart and not used. */
  private record Slices(long startNanos, long sliceNanos, List<Slice> slices, Slice outside) {
    static Slices of(long startNanos, Duration slice, int count) {
      List<Slice> slices = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        slices.add(new Slice());
      }
      return new Slices(startNanos, slice.toNanos(), slices, new Slice());
    }

    long indexAt(long nanos) {
      return Math.floorDiv(nanos - startNanos, sliceNanos);
    }

    Slice at(long nanos) {
      long index = indexAt(nanos);
      return index >= 0 && index < slices.size() ? slices.get((int) index) : outside;
    }

    long endNanos() {
      return startNanos + sliceNanos * slices.size();
    }
  }

  /**
   * Runs the loop, and waits for the last answers.
   *
   * @param warmUp not counted
   * @param slice the length of a slice
   * @param count the number of counted slices
   * @param afterSlice runs after each slice, and must be short
   * @return one result per slice: the latencies of the changes that were scheduled in it, and the
   *     throughput of the answers that came in it
   * @throws ExecutionException with the first failure other than a rejection for overload
   */
  public List<Measured> run(Duration warmUp, Duration slice, int count, Runnable afterSlice)
      throws InterruptedException, ExecutionException {
    long start = ticker.nanos();
    Slices slices = Slices.of(start + warmUp.toNanos(), slice, count);
    long intended = start;
    for (long n = 1; intended < slices.endNanos() && !failure.isDone(); n++) {
      ticker.waitUntil(start - Math.floorDiv(start - intended, TICK_NANOS) * TICK_NANOS);
      startNext(intended, slices);
      long next = start + (long) (n * 1e9 / startsPerSecond);
      if (slices.indexAt(intended) >= 0 && slices.indexAt(next) > slices.indexAt(intended)) {
        afterSlice.run();
      }
      intended = next;
    }
    ended();
    awaitAnswers();
    releaseAll();
    double seconds = slice.toNanos() / 1e9;
    return slices.slices().stream()
        .map(one -> new Measured(one.answered.sum() / seconds, one.latencyNanos, one.undone.sum()))
        .toList();
  }

  private void startNext(long intended, Slices slices) {
    if (inFlight.get() > IN_FLIGHT_LIMIT) {
      slices.at(intended).undone.increment();
      return;
    }
    Workload waiting = idle.poll();
    Workload workload = waiting == null ? newWorkload.get() : waiting;
    inFlight.incrementAndGet();
    workload.next(
        new Workload.Answer() {
          @Override
          public void done(int operations) {
            long now = ticker.nanos();
            slices.at(intended).latencyNanos.recordValue(now - intended);
            slices.at(now).answered.add(operations);
            idle.add(workload);
            ended();
          }

          @Override
          public void failed(Throwable t) {
            if (Refusal.reasonOf(t).equals("OVERLOADED")) {
              slices.at(intended).undone.increment();
              idle.add(workload);
            } else {
              failure.completeExceptionally(t);
            }
            ended();
          }
        });
  }

  private void ended() {
    if (inFlight.decrementAndGet() == 0) {
      allAnswered.complete(null);
    }
  }

  private void awaitAnswers() throws InterruptedException, ExecutionException {
    try {
      CompletableFuture.anyOf(allAnswered, failure).get(LAST_ANSWER_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new ExecutionException("not answered within " + LAST_ANSWER_SECONDS + " s", e);
    }
    if (failure.isDone()) {
      failure.get();
    }
  }

  /** Releases the space that the workloads still hold, uncounted. */
  private void releaseAll() throws InterruptedException, ExecutionException {
    List<CompletableFuture<Void>> wave = new ArrayList<>();
    for (Workload workload : idle) {
      if (!workload.holdsNothing()) {
        CompletableFuture<Void> answered = new CompletableFuture<>();
        workload.next(new ReleaseAnswer(answered));
        wave.add(answered);
        if (wave.size() == WAVE) {
          awaitAll(wave);
        }
      }
    }
    awaitAll(wave);
  }

  private static void awaitAll(List<CompletableFuture<Void>> wave)
      throws InterruptedException, ExecutionException {
    for (CompletableFuture<Void> answered : wave) {
      answered.get();
    }
    wave.clear();
  }

  private record ReleaseAnswer(CompletableFuture<Void> answered) implements Workload.Answer {
    @Override
    public void done(int operations) {
      answered.complete(null);
    }

    @Override
    public void failed(Throwable t) {
      answered.completeExceptionally(t);
    }
  }
}
