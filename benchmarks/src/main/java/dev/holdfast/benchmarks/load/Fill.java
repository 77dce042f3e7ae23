package dev.holdfast.benchmarks.load;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/** Fills a ledger. */
public final class Fill {
  private static final int BATCHES_IN_FLIGHT = 4;
  private static final int BATCH = 1000;

  private Fill() {}

  /**
   * Reserves this number of new slots by Apply, some batches at a time.
   *
   * @throws ExecutionException with the first failure
   */
  public static void reserve(Connections connections, long slots)
      throws InterruptedException, ExecutionException {
    AtomicLong left = new AtomicLong(slots / BATCH);
    run(
        Stream.generate(() -> new Filling(BatchWorkload.fill(connections.next(), BATCH), left))
            .limit(BATCHES_IN_FLIGHT));
    int rest = (int) (slots % BATCH);
    if (rest > 0) {
      run(Stream.of(new Filling(BatchWorkload.fill(connections.next(), rest), new AtomicLong(1))));
    }
  }

  private static void run(Stream<Filling> fillings)
      throws InterruptedException, ExecutionException {
    CompletableFuture<?>[] ended =
        fillings.peek(Filling::next).map(Filling::ended).toArray(CompletableFuture<?>[]::new);
    CompletableFuture.allOf(ended).get();
  }

  private static final class Filling implements Workload.Answer {
    private final Workload workload;
    private final AtomicLong left;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    Filling(Workload workload, AtomicLong left) {
      this.workload = workload;
      this.left = left;
    }

    CompletableFuture<Void> ended() {
      return ended;
    }

    void next() {
      if (left.getAndDecrement() > 0) {
        workload.next(this);
      } else {
        ended.complete(null);
      }
    }

    @Override
    public void done(int operations) {
      next();
    }

    @Override
    public void failed(Throwable t) {
      left.set(0);
      ended.completeExceptionally(t);
    }
  }
}
