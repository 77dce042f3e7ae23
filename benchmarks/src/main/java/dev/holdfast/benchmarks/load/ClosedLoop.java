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

/**
 * A closed loop: each chain starts its next change as soon as the one before is answered, so as
 * many are in flight as there are chains. The first answer that is wrong, or an error, ends it.
 */
public final class ClosedLoop {
  private final Recorder latencies = new Recorder(TimeUnit.MINUTES.toNanos(10), 3);
  private final LongAdder operations = new LongAdder();
  private final CompletableFuture<Void> failure = new CompletableFuture<>();
  private final CountDownLatch warm;
  private volatile boolean stopping;

  private ClosedLoop(int chains) {
    warm = new CountDownLatch(chains);
  }

  /**
   * Runs the chains until they have been counted, and then each to where it holds nothing.
   *
   * @param warmUp is not counted; it lasts at least until every chain was answered once
   * @param counted lasts at least until anything was answered
   * @throws ExecutionException of the first failure
   */
  public static Measured run(List<? extends Chain> chains, Duration warmUp, Duration counted)
      throws InterruptedException, ExecutionException {
    return new ClosedLoop(chains.size()).measure(chains, warmUp, counted);
  }

  private Measured measure(List<? extends Chain> chains, Duration warmUp, Duration counted)
      throws InterruptedException, ExecutionException {
    List<Running> running = chains.stream().map(Running::new).toList();
    running.forEach(Running::start);
    pass(warmUp);
    while (warm.getCount() > 0) {
      pass(Duration.ofMillis(10));
    }

    latencies.reset();
    operations.reset();
    long start = System.nanoTime();
    do {
      pass(counted);
    } while (operations.sum() == 0);
    Histogram histogram = latencies.getIntervalHistogram();
    double seconds = (System.nanoTime() - start) / 1e9;
    Measured measured = new Measured(operations.sum() / seconds, histogram, 0);

    stopping = true;
    for (Running chain : running) {
      CompletableFuture.anyOf(chain.ended, failure).get();
    }
    return measured;
  }

  /** Lets the chains run for so long, or throws what has gone wrong. */
  private void pass(Duration time) throws InterruptedException, ExecutionException {
    try {
      failure.get(time.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException nothingFailed) {
      return;
    }
  }

  private final class Running implements Chain.Answer {
    private final Chain chain;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private long startNanos;
    private boolean answered;

    Running(Chain chain) {
      this.chain = chain;
    }

    void start() {
      startNanos = System.nanoTime();
      try {
        chain.next(this);
      } catch (RuntimeException e) {
        failed(e);
      }
    }

    @Override
    public void done(int count) {
      latencies.recordValue(System.nanoTime() - startNanos);
      operations.add(count);
      if (!answered) {
        answered = true;
        warm.countDown();
      }
      if (stopping && chain.holdsNothing()) {
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
