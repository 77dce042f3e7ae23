package dev.holdfast.client.internal.calls;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor.DiscardPolicy;
import java.util.concurrent.TimeUnit;

/** What a client does beside its callers: its timers, and what has to end with it. */
public final class ClientTimers implements AutoCloseable {
  private final ScheduledThreadPoolExecutor timers;
  private final Set<Runnable> endings = ConcurrentHashMap.newKeySet();
  private final Runnable reconnect;
  private volatile boolean closed;

  /**
   * Starts no thread before there is something to wait for.
   *
   * @param reconnect has a connection that broke made anew at once
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
            // What is still to come when the client is closed is not wanted any more.
            new DiscardPolicy());
    timers.setRemoveOnCancelPolicy(true);
  }

  /** Does something short after a while, unless it is cancelled or the client closed. */
  public Future<?> after(Duration delay, Runnable task) {
    return timers.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** A channel left to itself waits for up to two minutes between two tries to connect. */
  public void reconnect() {
    reconnect.run();
  }

  /**
   * Runs this when the client is closed; at once where it is closed already.
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
