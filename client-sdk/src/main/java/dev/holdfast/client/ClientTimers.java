package dev.holdfast.client;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor.DiscardPolicy;
import java.util.concurrent.TimeUnit;

/** What a client does beside its callers: its timers, and what has to end with it. */
final class ClientTimers implements AutoCloseable {
  private final ScheduledThreadPoolExecutor timers;
  private final Set<EventSubscription> subscriptions = ConcurrentHashMap.newKeySet();
  private final Runnable reconnect;
  private volatile boolean closed;

  /**
   * Starts no thread before there is something to wait for.
   *
   * @param reconnect has a connection that broke made anew at once
   */
  ClientTimers(Runnable reconnect) {
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
  Future<?> after(Duration delay, Runnable task) {
    return timers.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** A channel left to itself waits for up to two minutes between two tries to connect. */
  void reconnect() {
    reconnect.run();
  }

  void add(EventSubscription subscription) {
    subscriptions.add(subscription);
    if (closed) {
      subscription.close();
    }
  }

  void remove(EventSubscription subscription) {
    subscriptions.remove(subscription);
  }

  @Override
  public void close() {
    closed = true;
    subscriptions.forEach(EventSubscription::close);
    timers.shutdownNow();
  }
}
