package dev.holdfast.server.ledger;

import dev.holdfast.server.ledger.engine.Maintenance;
import dev.holdfast.server.ledger.rules.Command;
import dev.holdfast.server.ledger.rules.Rejection;
import dev.holdfast.server.ledger.rules.Rejections;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The commands and tasks that wait for a commit, in lanes. What is in one lane is committed in
 * order, and what waits in it when a commit ends shares the next one. If repositories share
 * transactions, all share one lane; otherwise each has a lane of its own, and lanes are committed
 * beside each other. A lane exists while something waits in it or is being committed.
 *
 * <p>Any thread may add entries, within limits over all lanes. A lane is ready when it gets its
 * first entry; whoever commits it then takes entries from it and calls {@link #done}.
 */
final class Lanes {
  /** A larger batch would let its first caller wait for its last. */
  static final int BATCH_CHANGES = 4096;

  /** Bounds the memory of a batch and of what it writes. */
  static final long BATCH_BYTES = 8 << 20;

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

  /** The lane of housekeeping, and of all commands if repositories share transactions. */
  private static final String COMMON = "";

  /** An entry of a lane. */
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

  /** Housekeeping that runs between batches. */
  record MaintenanceTask(ToIntFunction<Maintenance> work, CompletableFuture<Integer> done)
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

  /** Lets the engine run its upkeep. */
  record Tend() implements Entry {
    @Override
    public int size() {
      return 0;
    }

    @Override
    public long bytes() {
      return 0;
    }
  }

  /** A lane; guarded by the lock of all lanes. */
  static final class Lane {
    private final String name;
    private final ArrayDeque<Entry> entries = new ArrayDeque<>();

    /** Commands of more than a batch, set aside when they were about to be committed. */
    private final ArrayDeque<Call> large = new ArrayDeque<>();

    private Lane(String name) {
      this.name = name;
    }

    /** Returns the id of its repository; empty for the common lane. */
    String name() {
      return name;
    }
  }

  private final int waitingLimit;
  private final boolean common;
  private final Consumer<Lane> ready;
  private final Map<String, Lane> lanes = new HashMap<>();
  private int waiting;
  private int largeWaiting;
  private long waitingBytes;
  private int entryCount;
  private boolean started;
  private boolean closed;

  /**
   * Makes lanes without entries.
   *
   * @param waitingLimit how many changes may wait, in commands of at most a batch
   * @param common whether all repositories share one lane
   * @param ready called with each lane that is to be committed, on the thread that added the entry
   */
  Lanes(int waitingLimit, boolean common, Consumer<Lane> ready) {
    this.waitingLimit = waitingLimit;
    this.common = common;
    this.ready = ready;
  }

  /** Adds a call, or returns why it is refused. */
  @Nullable Rejection offer(Call call) {
    Lane newlyReady;
    synchronized (this) {
      if (closed) {
        return Rejections.draining();
      }
      int before = isLarge(call) ? largeWaiting : waiting;
      int limit = isLarge(call) ? MAX_LARGE_CHANGES : waitingLimit;
      // A call that exceeds a limit by itself is taken when nothing else waits.
      if ((before > 0 && before + call.size() > limit)
          || (waitingBytes > 0
              && waitingBytes + Math.min(call.bytes(), LARGEST_SHARE_BYTES) > WAITING_BYTES)
          || entryCount >= WAITING_CALLS) {
        return Rejections.overloaded(before);
      }
      newlyReady = put(call, common ? COMMON : call.command().repositoryId());
    }
    commit(newlyReady);
    return null;
  }

  /** Adds an entry of the server's own, regardless of the limits. */
  void add(Entry entry) {
    Lane newlyReady;
    synchronized (this) {
      if (closed) {
        reject(entry);
        return;
      }
      newlyReady =
          put(
              entry,
              entry instanceof Call call && !common ? call.command().repositoryId() : COMMON);
    }
    commit(newlyReady);
  }

  /** Lets the engine run its upkeep, unless housekeeping or commits are going on in its lane. */
  void tend() {
    Lane newlyReady = null;
    synchronized (this) {
      if (!closed && !lanes.containsKey(COMMON)) {
        newlyReady = put(new Tend(), COMMON);
      }
    }
    commit(newlyReady);
  }

  private void commit(@Nullable Lane newlyReady) {
    if (newlyReady != null) {
      ready.accept(newlyReady);
    }
  }

  /** Puts an entry into its lane; returns the lane if it is to be committed now. */
  private @Nullable Lane put(Entry entry, String name) {
    Lane lane = lanes.get(name);
    boolean idle = lane == null;
    if (lane == null) {
      lane = new Lane(name);
      lanes.put(name, lane);
    }
    lane.entries.add(entry);
    count(entry, 1);
    return idle && started ? lane : null;
  }

  private static boolean isLarge(Entry entry) {
    return entry.size() > BATCH_CHANGES;
  }

  private void count(Entry entry, int sign) {
    if (isLarge(entry)) {
      largeWaiting += sign * entry.size();
    } else {
      waiting += sign * entry.size();
    }
    waitingBytes += sign * entry.bytes();
    entryCount += sign;
  }

  /** Returns the number of waiting changes. Any thread may call it. */
  synchronized long depth() {
    return (long) waiting + largeWaiting;
  }

  /** Makes all lanes ready that have got entries so far, and later ones when they get one. */
  void start() {
    List<Lane> waitingLanes;
    synchronized (this) {
      started = true;
      waitingLanes = List.copyOf(lanes.values());
    }
    waitingLanes.forEach(ready);
  }

  /**
   * Takes the calls that wait in a lane, up to about a full batch.
   *
   * @param calls receives the calls
   * @return the other entry that follows the calls, taken too; null for none
   */
  synchronized @Nullable Entry take(Lane lane, List<Call> calls) {
    long size = 0;
    long bytes = 0;
    while (size < BATCH_CHANGES && bytes < BATCH_BYTES) {
      Entry next = lane.entries.poll();
      if (next == null) {
        return null;
      }
      count(next, -1);
      if (!(next instanceof Call call)) {
        return next;
      }
      calls.add(call);
      size += call.size();
      bytes += call.bytes();
    }
    return null;
  }

  /** Puts back a call of more than a batch, to be taken by {@link #takeLarge}. */
  synchronized void setAside(Lane lane, Call call) {
    lane.large.add(call);
    count(call, 1);
  }

  /** Takes the next call that was set aside; returns null if there is none. */
  synchronized @Nullable Call takeLarge(Lane lane) {
    Call call = lane.large.poll();
    if (call != null) {
      count(call, -1);
    }
    return call;
  }

  /** Makes a lane ready again if entries wait in it, and drops it otherwise. */
  void done(Lane lane) {
    synchronized (this) {
      if (lane.entries.isEmpty() && lane.large.isEmpty()) {
        lanes.remove(lane.name);
        notifyAll();
        return;
      }
    }
    ready.accept(lane);
  }

  /** Rejects later entries, and waits until all earlier ones are done. */
  void close() {
    boolean interrupted = false;
    List<Entry> rejected = new ArrayList<>();
    synchronized (this) {
      closed = true;
      while (started && !lanes.isEmpty()) {
        try {
          wait();
        } catch (InterruptedException e) {
          // Accepted commands are answered nevertheless.
          interrupted = true;
        }
      }
      lanes.values().forEach(lane -> rejected.addAll(lane.entries));
      lanes.clear();
    }
    rejected.forEach(Lanes::reject);
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static void reject(Entry late) {
    if (late instanceof Call call) {
      call.caller().answer(Rejections.draining());
    } else if (late instanceof MaintenanceTask task) {
      task.done().completeExceptionally(new IllegalStateException("the ledger is closed"));
    }
  }
}
