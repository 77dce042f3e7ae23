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
 * An open loop: changes start at a fixed rate, however long the answers take, as the callers of a
 * real server do not wait for each other. A latency counts from when the change was meant to start:
 * what waits behind a stall has waited too, although it had not been sent yet.
 */
public final class OpenLoop {
  /**
   * What is due within a millisecond starts at its end, together: to wake up for each takes more of
   * the cores that the server needs than all the rest. The wait counts as latency.
   */
  private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private static final long LAST_ANSWER_SECONDS = 60;

  /**
   * With more than these under way no more are started: some tenths of a second of work. To collect
   * the garbage around 50,000 of them took this process a third of the two cores that it shares
   * with the server, so that after one stall neither would ever be seen to recover.
   */
  static final int MOST_UNDER_WAY = 10_000;

  /** How many are given back at once at the end. */
  private static final int WAVE = 1000;

  private final Supplier<? extends Workload> newWorkload;
  private final double startsPerSecond;
  private final Ticker ticker;
  private final Queue<Workload> idle = new ConcurrentLinkedQueue<>();
  private final CompletableFuture<Void> failure = new CompletableFuture<>();

  /** The starter counts as one, so that it is not 0 before the last start. */
  private final AtomicLong underWay = new AtomicLong(1);

  private final CompletableFuture<Void> allAnswered = new CompletableFuture<>();

  /**
   * A loop that can be run once.
   *
   * @param newWorkload another workload, for when all others wait for an answer
   * @param startsPerSecond the rate of starts, more than 0
   */
  public OpenLoop(Supplier<? extends Workload> newWorkload, double startsPerSecond, Ticker ticker) {
    this.newWorkload = newWorkload;
    this.startsPerSecond = startsPerSecond;
    this.ticker = ticker;
  }

  /** A span of time, and what is counted in it. */
  private static final class Slice {
    final Histogram latencyNanos = new ConcurrentHistogram(TimeUnit.HOURS.toNanos(1), 3);
    final LongAdder answered = new LongAdder();
    final LongAdder undone = new LongAdder();
  }

  /** Equal spans of time, one behind the other; what lies outside goes where nobody looks. */
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
   * Runs, and waits for what is still unanswered then.
   *
   * @param warmUp is not counted
   * @param slice how long each slice is
   * @param count how many slices are counted
   * @param afterSlice is run when a slice is over, and must be short
   * @return one for each slice: the latencies of the changes that were meant to start in it, and as
   *     throughput what was answered while it lasted
   * @throws ExecutionException of the first failure that is no refusal for overload
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
    giveBack();
    double seconds = slice.toNanos() / 1e9;
    return slices.slices().stream()
        .map(one -> new Measured(one.answered.sum() / seconds, one.latencyNanos, one.undone.sum()))
        .toList();
  }

  private void startNext(long intended, Slices slices) {
    if (underWay.get() > MOST_UNDER_WAY) {
      slices.at(intended).undone.increment();
      return;
    }
    Workload waiting = idle.poll();
    Workload workload = waiting == null ? newWorkload.get() : waiting;
    underWay.incrementAndGet();
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
    if (underWay.decrementAndGet() == 0) {
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

  /** Lets each workload give back what it holds, uncounted. */
  private void giveBack() throws InterruptedException, ExecutionException {
    List<CompletableFuture<Void>> wave = new ArrayList<>();
    for (Workload workload : idle) {
      if (!workload.holdsNothing()) {
        CompletableFuture<Void> answered = new CompletableFuture<>();
        workload.next(new GivenBack(answered));
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

  private record GivenBack(CompletableFuture<Void> answered) implements Workload.Answer {
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
