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
 * Owns the threads that read, check and answer large requests, so that network threads do not
 * block. The waiting bytes are bounded.
 */
public final class RequestWorkers implements AutoCloseable {
  /**
   * Each thread may hold three forms of a message of the maximum size, which the heap allows for.
   */
  private static final int THREADS =
      Math.max(1, Math.min(2, Runtime.getRuntime().availableProcessors() / 2));

  private static final long MAX_WAITING_BYTES = 32L * 1024 * 1024;

  private final AtomicLong waitingBytes = new AtomicLong();
  private final AtomicInteger waiting = new AtomicInteger();
  private final Consumer<RuntimeException> failed;
  private final ThreadPoolExecutor threads =
      new ThreadPoolExecutor(
          THREADS,
          THREADS,
          0,
          TimeUnit.SECONDS,
          // Unbounded, because waitingBytes bounds it.
          new LinkedBlockingQueue<>(),
          work -> new Worker(work, this));

  /**
   * Starts the threads.
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
   * Returns the executor that runs on the current thread.
   *
   * @param otherwise supplies the result on any other thread
   */
  public Executor currentExecutor(Supplier<Executor> otherwise) {
    return Thread.currentThread() instanceof Worker worker && worker.pool == this
        ? threads
        : otherwise.get();
  }

  /** Reserves bytes for a request that is about to wait. Returns false if the limit is reached. */
  boolean reserve(int bytes) {
    if (waitingBytes.addAndGet(bytes) <= MAX_WAITING_BYTES) {
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

  /** Returns the number of large requests that are received and not yet read. */
  public int waitingCount() {
    return waiting.get();
  }

  void execute(Runnable work) {
    threads.execute(work);
  }

  void failed(RuntimeException e) {
    failed.accept(e);
  }

  /** Stops the threads once all accepted work is done. */
  @Override
  public void close() {
    threads.shutdown();
  }
}
