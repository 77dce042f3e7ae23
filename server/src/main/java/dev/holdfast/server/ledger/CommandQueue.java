package dev.holdfast.server.ledger;

import dev.holdfast.server.ledger.rules.Command;
import dev.holdfast.server.ledger.rules.Rejection;
import dev.holdfast.server.ledger.rules.Rejections;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The commands and tasks that wait for the writer. Any thread may add entries, within limits; only
 * the writer takes them.
 */
final class CommandQueue {
  /** A larger batch would let its first caller wait for its last. */
  static final int BATCH_CHANGES = 4096;

  /** Waiting commands take no more memory than this, and one large command. */
  static final long WAITING_BYTES = 64 << 20;

  /**
   * Commands larger than a batch have a budget of their own, of this many changes in total and at
   * least one command, so that they do not use up the budget of other commands.
   */
  private static final int MAX_LARGE_CHANGES = 200_000;

  /** A larger command counts as this many bytes, or it would only be taken when it is alone. */
  private static final long LARGEST_SHARE_BYTES = 16 << 20;

  /**
   * Maximum number of waiting calls, however few changes they have: a call takes some kilobytes of
   * the transport's memory, and a server whose heap is full of waiting calls makes no progress.
   */
  static final int WAITING_CALLS = 16_384;

  /** An entry of the queue. */
  sealed interface Entry {
    /** Returns the number of changes that it counts as. */
    int size();

    /** Returns the bytes of memory that it counts as. */
    long bytes();
  }

  /** A command, and the caller that waits for its outcome since {@link System#nanoTime()}. */
  record Call(Command command, Ledger.Caller caller, int size, long bytes, long sinceNanos)
      implements Entry {
    Call(Command command, Ledger.Caller caller) {
      this(command, caller, command.size(), command.bytes(), System.nanoTime());
    }
  }

  /** Work that runs in a transaction of its own, between batches. */
  record MaintenanceTask(
      ToIntFunction<LedgerStore.Transaction> work, CompletableFuture<Integer> done)
      implements Entry {
    @Override
    public int size() {
      return 1;
    }

    @Override
    public long bytes() {
      return Command.BASE_BYTES;
    }
  }

  /** Ends the writer once all entries before it are done. */
  record Stop() implements Entry {
    @Override
    public int size() {
      return 0;
    }

    @Override
    public long bytes() {
      return 0;
    }
  }

  private final int waitingLimit;
  private final LinkedBlockingQueue<Entry> queue = new LinkedBlockingQueue<>();
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicInteger largeWaiting = new AtomicInteger();
  private final AtomicLong waitingBytes = new AtomicLong();

  /** Commands of more than a batch, set aside by the writer. */
  private final Queue<Call> large = new ArrayDeque<>();

  private volatile boolean closed;

  /**
   * Makes an empty queue.
   *
   * @param waitingLimit how many changes may wait, in commands of at most a batch
   */
  CommandQueue(int waitingLimit) {
    this.waitingLimit = waitingLimit;
  }

  /** Adds a call, or returns why it is refused. */
  @Nullable Rejection offer(Call call) {
    int before = waiting(call).getAndAdd(call.size());
    long bytesBefore = waitingBytes.getAndAdd(call.bytes());
    int limit = isLarge(call) ? MAX_LARGE_CHANGES : waitingLimit;
    // A call that exceeds a limit by itself is taken when nothing else waits.
    if ((before > 0 && before + call.size() > limit)
        || (bytesBefore > 0
            && bytesBefore + Math.min(call.bytes(), LARGEST_SHARE_BYTES) > WAITING_BYTES)
        || queue.size() >= WAITING_CALLS) {
      uncount(call);
      return Rejections.overloaded(before);
    }
    queue.add(call);
    rejectLateEntries();
    return null;
  }

  /** Adds an entry of the server's own, regardless of the limits. */
  void add(Entry entry) {
    waiting(entry).addAndGet(entry.size());
    waitingBytes.addAndGet(entry.bytes());
    queue.add(entry);
    rejectLateEntries();
  }

  /** Returns the number of waiting changes. Any thread may call it. */
  long depth() {
    return (long) waiting.get() + largeWaiting.get();
  }

  private static boolean isLarge(Entry entry) {
    return entry.size() > BATCH_CHANGES;
  }

  private AtomicInteger waiting(Entry entry) {
    return isLarge(entry) ? largeWaiting : waiting;
  }

  private void uncount(Entry entry) {
    waiting(entry).addAndGet(-entry.size());
    waitingBytes.addAndGet(-entry.bytes());
  }

  /** Takes the next entry; returns null if there is none. */
  @Nullable Entry poll() {
    return taken(queue.poll());
  }

  /** Takes the next entry, waiting for one if necessary; returns null on a timeout. */
  @Nullable Entry poll(long timeoutMillis) throws InterruptedException {
    return taken(queue.poll(timeoutMillis, TimeUnit.MILLISECONDS));
  }

  private @Nullable Entry taken(@Nullable Entry entry) {
    if (entry != null) {
      uncount(entry);
    }
    return entry;
  }

  /** Puts back a call of more than a batch, to be taken by {@link #pollLarge}. */
  void setAside(Call call) {
    waiting(call).addAndGet(call.size());
    waitingBytes.addAndGet(call.bytes());
    large.add(call);
  }

  boolean hasLarge() {
    return !large.isEmpty();
  }

  /** Takes the next call that was set aside; returns null if there is none. */
  @Nullable Call pollLarge() {
    Call call = large.poll();
    if (call != null) {
      uncount(call);
    }
    return call;
  }

  /** Rejects all remaining and later entries. Called when the writer has ended. */
  void close() {
    closed = true;
    rejectLateEntries();
  }

  private void rejectLateEntries() {
    while (closed) {
      Entry late = queue.poll();
      if (late == null) {
        return;
      } else if (late instanceof Call call) {
        call.caller().answer(Rejections.draining());
      } else if (late instanceof MaintenanceTask task) {
        task.done().completeExceptionally(new IllegalStateException("the ledger is closed"));
      }
    }
  }
}
