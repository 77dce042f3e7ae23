package dev.holdfast.client.internal.calls;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor.DiscardPolicy;
import java.util.concurrent.TimeUnit;

/** Runs the timers of a client, and ends objects that must end with it. */
public final class ClientTimers implements AutoCloseable {
  private final ScheduledThreadPoolExecutor timers;
  private final Set<Runnable> endings = ConcurrentHashMap.newKeySet();
  private final Runnable reconnect;
  private volatile boolean closed;

  /**
   * Makes timers. They start no thread before the first task.
   *
   * @param reconnect connects again at once after a connection broke
   */
  public ClientTimers(Runnable reconnect) {
    this.reconnect = reconnect;
    timers =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread thread = new Thread(task, "holdfast-client-timers");
              thread.setDaemon(true);
              return thread;
            },
            // Delayed tasks must not run after the client was closed.
            new DiscardPolicy());
    timers.setRemoveOnCancelPolicy(true);
  }

  /** Runs a short task after a delay, unless it is cancelled or the client closed. */
  public Future<?> after(Duration delay, Runnable task) {
    return timers.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Connects at once; by default a channel waits up to two minutes between two attempts. */
  public void reconnect() {
    reconnect.run();
  }

  /**
   * Runs this when the client is closed; at once if it is closed already.
   *
   * @param ending may be run more than once
   */
  public void addEnding(Runnable ending) {
    endings.add(ending);
    if (closed) {
      ending.run();
    }
  }

  /** Undoes {@link #addEnding} of the same object. */
  public void removeEnding(Runnable ending) {
    endings.remove(ending);
  }

  @Override
  public void close() {
    closed = true;
    endings.forEach(Runnable::run);
    timers.shutdownNow();
  }
}
