package dev.holdfast.benchmarks.load;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;
import org.jspecify.annotations.Nullable;

/**
 * A closed loop: each workload starts its next change as soon as the last one is answered, so the
 * number of changes in flight is the number of workloads. A wrong answer or an error ends it.
 */
public final class ClosedLoop {
  private final Recorder latencies = new Recorder(TimeUnit.MINUTES.toNanos(10), 3);
  private final LongAdder operations = new LongAdder();
  private final CompletableFuture<Void> failure = new CompletableFuture<>();
  private volatile CountDownLatch lap;
  private volatile boolean stopping;

  private ClosedLoop(int workloads) {
    lap = new CountDownLatch(workloads);
  }

  /** Work beside the workloads. */
  public interface Work {
    /** Does the work, and returns when it is done. */
    void run() throws Exception;
  }

  /**
   * Runs the workloads for the counted time, and then each until it holds no space.
   *
   * @param warmUp not counted; lasts at least until every workload was answered once
   * @param counted lasts at least until one answer has come
   * @throws ExecutionException with the first failure
   */
  public static Measured run(List<? extends Workload> workloads, Duration warmUp, Duration counted)
      throws InterruptedException, ExecutionException {
    ClosedLoop loop = new ClosedLoop(workloads.size());
    List<Running> running = loop.start(workloads, warmUp);
    long start = loop.reset();
    do {
      loop.pass(counted);
    } while (loop.operations.sum() == 0);
    return loop.end(running, start);
  }

  /**
   * Runs the workloads during this work, and then each until it holds no space. Changes that began
   * meanwhile count, also if they are answered later.
   *
   * @param warmUp the warm-up before the work
   * @throws ExecutionException with the first failure of a workload
   * @throws Exception from the work
   */
  public static Measured during(List<? extends Workload> workloads, Duration warmUp, Work work)
      throws Exception {
    ClosedLoop loop = new ClosedLoop(workloads.size());
    List<Running> running = loop.start(workloads, warmUp);
    long start = loop.reset();
    try {
      work.run();
    } catch (Exception e) {
      loop.stopping = true;
      throw e;
    }
    loop.lap = new CountDownLatch(workloads.size());
    loop.awaitLap();
    return loop.end(running, start);
  }

  private List<Running> start(List<? extends Workload> workloads, Duration warmUp)
      throws InterruptedException, ExecutionException {
    List<Running> running = workloads.stream().map(Running::new).toList();
    running.forEach(Running::start);
    pass(warmUp);
    awaitLap();
    return running;
  }

  /** Waits until every workload was answered once more. */
  private void awaitLap() throws InterruptedException, ExecutionException {
    while (lap.getCount() > 0) {
      pass(Duration.ofMillis(10));
    }
  }

  private long reset() {
    latencies.reset();
    operations.reset();
    return System.nanoTime();
  }

  private Measured end(List<Running> running, long start)
      throws InterruptedException, ExecutionException {
    Histogram histogram = latencies.getIntervalHistogram();
    double seconds = (System.nanoTime() - start) / 1e9;
    Measured measured = new Measured(operations.sum() / seconds, histogram, 0);

    stopping = true;
    for (Running workload : running) {
      CompletableFuture.anyOf(workload.ended, failure).get();
    }
    return measured;
  }

  /** Lets the workloads run for this time, or throws the first failure. */
  private void pass(Duration time) throws InterruptedException, ExecutionException {
    try {
      failure.get(time.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException nothingFailed) {
      return;
    }
  }

  private final class Running implements Workload.Answer {
    private final Workload workload;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private long startNanos;
    private @Nullable CountDownLatch lastLap;

    Running(Workload workload) {
      this.workload = workload;
    }

    void start() {
      startNanos = System.nanoTime();
      try {
        workload.next(this);
      } catch (RuntimeException e) {
        failed(e);
      }
    }

    @Override
    public void done(int count) {
      latencies.recordValue(System.nanoTime() - startNanos);
      operations.add(count);
      CountDownLatch thisLap = lap;
      if (lastLap != thisLap) {
        lastLap = thisLap;
        thisLap.countDown();
      }
      if (stopping && workload.holdsNothing()) {
        ended.complete(null);
      } else {
        start();
      }
    }

    @Override
    public void failed(Throwable t) {
      failure.completeExceptionally(t);
    }
  }
}
