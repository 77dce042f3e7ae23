package dev.holdfast.client.internal.changes;

import com.google.protobuf.Message;
import dev.holdfast.client.internal.wire.AttemptTracer;
import dev.holdfast.client.internal.wire.Call;
import io.grpc.CallOptions;
import io.grpc.Channel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Batches changes. A single change is sent at once, as the single call. Changes that come while
 * others are in flight wait until one of these is answered, and are sent together as one Apply.
 * Database engines combine many commits under one sync of the disk in the same way ("group
 * commit"), and TigerBeetle's client many calls into one batch.
 *
 * <p>Changes of one repository reach the server in the order in which they came. Each keeps its own
 * deadline, operation id and outcome.
 */
public final class ChangeBatcher {
  /**
   * The number of calls of a repository that may be in flight. With two, the next batch is on its
   * way while the server works on the last one; four were no faster, and make the batches smaller.
   */
  public static final int UNDER_WAY = 2;

  /**
   * For how long a change waits for earlier ones: they may be in the pause before a retry, or never
   * be answered, and that must not delay others.
   */
  public static final Duration PATIENCE = Duration.ofMillis(25);

  /** The interval of checks for late changes, unless one is due earlier. */
  private static final long LOOK_NANOS = PATIENCE.toNanos();

  /** The shortest interval between two checks. */
  private static final long LEAST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  /**
   * The largest request of one call. gRPC writes streams in turn, 16 KiB of each: up to that size
   * no later call overtakes it. It also keeps the answer far below its limit.
   */
  private static final int LARGEST_BYTES = 16_000;

  private final Channel channel;
  private final CallOptions options;
  private final long patienceNanos;

  /** The queues with waiting changes or calls in flight, by repository id. Guarded by this. */
  private final Map<String, RepositoryQueue> repositoryQueues = new HashMap<>();

  /** Whether and for when {@link #look} is due, in {@link System#nanoTime()}. Guarded by this. */
  private boolean lookDue;

  private long lookNanos;

  public ChangeBatcher(Channel channel, CallOptions options, Duration patience) {
    this.channel = channel;
    this.options = options;
    patienceNanos = patience.toNanos();
  }

  public <Q extends Message, A extends Message, T> CompletableFuture<T> send(
      Call<Q, A, T> call, BatchableChange<Q, A> kind, String repositoryId, Duration deadline) {
    long now = System.nanoTime();
    PendingChange<Q, A, T> change = new PendingChange<>(call, kind, now, now + deadline.toNanos());
    RepositoryQueue repositoryQueue;
    boolean ready;
    synchronized (this) {
      repositoryQueue =
          repositoryQueues.computeIfAbsent(
              repositoryId.isEmpty() ? "default" : repositoryId, RepositoryQueue::new);
      repositoryQueue.queue.add(change);
      ready = isReady(repositoryQueue);
      if (!ready) {
        lookBy(Math.min(deadline.toNanos(), patienceNanos), now);
      }
    }
    if (ready) {
      sendReady(repositoryQueue);
    }
    return change;
  }

  /** Sends all waiting changes, before a call that must follow them. */
  public void flush() {
    List<RepositoryQueue> all;
    synchronized (this) {
      if (repositoryQueues.isEmpty()) {
        return;
      }
      all = List.copyOf(repositoryQueues.values());
    }
    all.forEach(this::sendAll);
  }

  /** Delivers the answers of a batch, and sends the next batches. */
  void returned(Batch batch, Runnable giveOut) {
    RepositoryQueue repositoryQueue = batch.repositoryQueue();
    if (isAwaited(repositoryQueue)) {
      replace(batch, List.of());
      giveOut.run();
      return;
    }
    // Changes that the callers send after their answers are sent together.
    try {
      giveOut.run();
    } finally {
      replace(batch, List.of());
    }
  }

  /** Sends these batches, before all others, in place of a batch that has failed. */
  void replace(Batch batch, List<Batch> again) {
    RepositoryQueue repositoryQueue = batch.repositoryQueue();
    List<Runnable> failures = new ArrayList<>(0);
    if (!again.isEmpty()) {
      repositoryQueue.sending.lock();
    }
    try {
      synchronized (this) {
        repositoryQueue.underWay.remove(batch);
        repositoryQueue.underWay.addAll(again);
        removeIfIdle(repositoryQueue);
      }
      again.forEach(next -> start(next, failures));
    } finally {
      if (!again.isEmpty()) {
        repositoryQueue.sending.unlock();
      }
    }
    failures.forEach(Runnable::run);
    sendReady(repositoryQueue);
  }

  /** Returns whether no change waits and no call is in flight. */
  public synchronized boolean isIdle() {
    return repositoryQueues.isEmpty();
  }

  private synchronized boolean isAwaited(RepositoryQueue repositoryQueue) {
    return !repositoryQueue.queue.isEmpty();
  }

  private synchronized boolean isReady(RepositoryQueue repositoryQueue) {
    return !repositoryQueue.queue.isEmpty() && repositoryQueue.underWay.size() < UNDER_WAY;
  }

  private synchronized void removeIfIdle(RepositoryQueue repositoryQueue) {
    if (repositoryQueue.isIdle()) {
      repositoryQueues.remove(repositoryQueue.repositoryId, repositoryQueue);
    }
  }

  private void sendReady(RepositoryQueue repositoryQueue) {
    // Another thread that flushes checks again when it is done.
    while (isReady(repositoryQueue) && repositoryQueue.sending.tryLock()) {
      List<Runnable> failures = new ArrayList<>(0);
      try {
        send(repositoryQueue, false, failures);
      } finally {
        repositoryQueue.sending.unlock();
      }
      failures.forEach(Runnable::run);
    }
  }

  private void sendAll(RepositoryQueue repositoryQueue) {
    List<Runnable> failures = new ArrayList<>(0);
    repositoryQueue.sending.lock();
    try {
      send(repositoryQueue, true, failures);
    } finally {
      repositoryQueue.sending.unlock();
    }
    failures.forEach(Runnable::run);
    sendReady(repositoryQueue);
  }

  /**
   * Sends the changes that wait.
   *
   * @param failures receives tasks to run without the lock: callbacks of callers may take long, and
   *     others must not wait for them
   */
  private void send(RepositoryQueue repositoryQueue, boolean all, List<Runnable> failures) {
    List<PendingChange<?, ?, ?>> late = new ArrayList<>(0);
    for (Batch next = next(repositoryQueue, all, late);
        next != null;
        next = next(repositoryQueue, all, late)) {
      start(next, failures);
    }
    late.forEach(change -> failures.add(() -> change.fail(Batch.late(), null)));
  }

  private void start(Batch batch, List<Runnable> failures) {
    Throwable failure = batch.start(channel, options);
    if (failure != null) {
      failures.add(() -> batch.failed(failure));
    }
  }

  /**
   * Forms the next batch.
   *
   * @param all also if enough calls are in flight
   * @param late receives changes that are not sent because their deadline has passed
   */
  private synchronized @Nullable Batch next(
      RepositoryQueue repositoryQueue, boolean all, List<PendingChange<?, ?, ?>> late) {
    if (!all && repositoryQueue.underWay.size() >= UNDER_WAY) {
      return null;
    }
    long now = System.nanoTime();
    List<PendingChange<?, ?, ?>> members = new ArrayList<>();
    int bytes = 0;
    for (PendingChange<?, ?, ?> change = repositoryQueue.queue.peek();
        change != null;
        change = repositoryQueue.queue.peek()) {
      if (change.isLate(now)) {
        late.add(change);
      } else if (!change.isDone()) {
        bytes += change.bytes();
        if (bytes > LARGEST_BYTES && !members.isEmpty()) {
          break;
        }
        members.add(change);
      }
      repositoryQueue.queue.remove();
    }
    if (members.isEmpty()) {
      removeIfIdle(repositoryQueue);
      return null;
    }
    Batch batch = new Batch(this, repositoryQueue, members, new AttemptTracer());
    repositoryQueue.underWay.add(batch);
    if (members.size() > 1) {
      lookBy(LOOK_NANOS, now);
    }
    return batch;
  }

  /** Schedules {@link #look} for no later than after this time. Guarded by this. */
  private void lookBy(long nanos, long nowNanos) {
    long at = nowNanos + nanos;
    if (!lookDue || at - lookNanos < 0) {
      lookDue = true;
      lookNanos = at;
      CompletableFuture.delayedExecutor(nanos, TimeUnit.NANOSECONDS).execute(this::look);
    }
  }

  /** Sends changes that have waited for too long, and fails those whose deadline has passed. */
  private void look() {
    long now = System.nanoTime();
    List<RepositoryQueue> held = new ArrayList<>();
    List<Batch> underWay = new ArrayList<>();
    synchronized (this) {
      if (!lookDue || lookNanos - now > 0) {
        // An earlier timer has replaced this one.
        return;
      }
      lookDue = false;
      for (RepositoryQueue repositoryQueue : repositoryQueues.values()) {
        if (repositoryQueue.holdsTooLong(now, patienceNanos)) {
          held.add(repositoryQueue);
        }
        underWay.addAll(repositoryQueue.underWay);
      }
    }
    held.forEach(this::sendAll);
    long nanos = LOOK_NANOS;
    for (Batch batch : underWay) {
      nanos = Math.min(nanos, batch.failLate(now) - now);
    }
    lookAgain(Math.max(nanos, LEAST_PAUSE_NANOS));
  }

  private synchronized void lookAgain(long nanos) {
    if (!repositoryQueues.isEmpty()) {
      lookBy(nanos, System.nanoTime());
    }
  }
}
