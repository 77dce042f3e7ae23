package dev.holdfast.example.node;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Runs the sales of this process, a few at a time. Not thread-safe. */
final class RunningSales {
  private static final int AT_ONCE = 4;

  private final ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
  private final Map<Future<?>, Long> blocks = new LinkedHashMap<>();

  void start(long block, RequestSale sale) {
    blocks.put(threads.submit(sale), block);
  }

  /** Removes finished sales. Fails if a sale failed, because its progress is unknown. */
  void check() throws IOException, InterruptedException {
    for (Future<?> sale : blocks.keySet()) {
      if (sale.isDone()) {
        try {
          sale.get();
        } catch (ExecutionException e) {
          throw new IOException("a sale broke off", e.getCause());
        }
      }
    }
    blocks.keySet().removeIf(Future::isDone);
  }

  boolean isIdle() {
    return blocks.isEmpty();
  }

  /** Returns the last block without an unfinished sale, at most {@code head}. */
  long doneUpTo(long head) {
    return blocks.values().stream().mapToLong(block -> block - 1).reduce(head, Math::min);
  }

  /** Interrupts all sales and waits for their end. */
  void stop() throws InterruptedException {
    threads.shutdownNow();
    while (!threads.awaitTermination(1, TimeUnit.MINUTES)) {
      StorageNode.log("a sale does not end");
    }
  }
}
