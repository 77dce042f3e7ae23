package dev.holdfast.server.api.wire;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The threads that read, check and answer large requests, so that those of the network do not stop
 * for them. The bytes that wait for them are bounded.
 */
public final class RequestWorkers implements AutoCloseable {
  /** Each may have a message of the largest size in three forms, which the heap has room for. */
  private static final int THREADS =
      Math.max(1, Math.min(2, Runtime.getRuntime().availableProcessors() / 2));

  private static final long LARGEST_WAITING_BYTES = 32L * 1024 * 1024;

  private final AtomicLong waitingBytes = new AtomicLong();
  private final AtomicInteger waiting = new AtomicInteger();
  private final Consumer<RuntimeException> failed;
  private final ThreadPoolExecutor threads =
      new ThreadPoolExecutor(
          THREADS,
          THREADS,
          0,
          TimeUnit.SECONDS,
          // Bounded by the bytes of what waits.
          new LinkedBlockingQueue<>(),
          work -> new Worker(work, this));

  /**
   * Starts them.
   *
   * @param failed receives defects of this program
   */
  public RequestWorkers(Consumer<RuntimeException> failed) {
    this.failed = failed;
  }

  private static final class Worker extends Thread {
    private final RequestWorkers pool;

    Worker(Runnable work, RequestWorkers pool) {
      super(work, "large-requests");
      this.pool = pool;
    }
  }

  /**
   * The executor that runs on the current thread.
   *
   * @param otherwise returned where the thread is none of these
   */
  public Executor here(Supplier<Executor> otherwise) {
    return Thread.currentThread() instanceof Worker worker && worker.pool == this
        ? threads
        : otherwise.get();
  }

  /** Takes room for a request that is going to wait; false where there is none. */
  boolean reserve(int bytes) {
    if (waitingBytes.addAndGet(bytes) <= LARGEST_WAITING_BYTES) {
      waiting.incrementAndGet();
      return true;
    }
    waitingBytes.addAndGet(-bytes);
    return false;
  }

  void release(int bytes) {
    waiting.decrementAndGet();
    waitingBytes.addAndGet(-bytes);
  }

  /** How many large requests came in and are not read yet. */
  public int waitingCount() {
    return waiting.get();
  }

  void execute(Runnable work) {
    threads.execute(work);
  }

  void failed(RuntimeException e) {
    failed.accept(e);
  }

  /** Ends them when what was taken on is done. */
  @Override
  public void close() {
    threads.shutdown();
  }
}
