package dev.holdfast.client.internal.wire;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;

/** Runs the tasks of a call on the thread that waits for it. */
public final class CallerThreadExecutor implements Executor {
  private final BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();

  /** Whether nobody waits any more. Later cleanup tasks of gRPC then run at once. */
  private volatile boolean over;

  @Override
  public void execute(Runnable task) {
    tasks.add(task);
    if (over) {
      runAll();
    }
  }

  /**
   * Waits for a call that uses this executor. An interrupt cancels the call, and the thread stays
   * interrupted.
   *
   * @param cancel cancels the call, which then ends by itself
   */
  public <T> T await(CompletableFuture<T> future, Runnable cancel) {
    boolean interrupted = false;
    try {
      while (!future.isDone()) {
        try {
          tasks.take().run();
        } catch (InterruptedException e) {
          interrupted = true;
          cancel.run();
        }
      }
      return future.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      if (e.getCause() instanceof Error cause) {
        throw cause;
      }
      throw e;
    } finally {
      over = true;
      runAll();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void runAll() {
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      task.run();
    }
  }
}
