package dev.holdfast.server.ledger;

import dev.holdfast.server.ledger.CommandQueue.Call;
import dev.holdfast.server.ledger.CommandQueue.Entry;
import dev.holdfast.server.ledger.CommandQueue.MaintenanceTask;
import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.meter.LedgerMeter;
import dev.holdfast.server.ledger.rules.Command;
import dev.holdfast.server.ledger.rules.Outcome;
import dev.holdfast.server.ledger.rules.Rejection;
import dev.holdfast.server.ledger.rules.Rejections;
import dev.holdfast.server.ledger.view.DiskSpace;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Takes commands from any thread and makes them durable, a batch at a time, on one writer thread.
 * All commands that wait when a commit ends form the next batch, so many callers share one sync of
 * the disk, and a single caller does not wait for others.
 */
public final class Ledger implements AutoCloseable {
  /** Bounds the memory of a batch and of what it writes. */
  private static final long BATCH_BYTES = 8 << 20;

  /** Idle time after which the writer lets the engine run its maintenance. */
  private static final long TEND_MILLIS = 1000;

  private static final Executor WRITER_THREAD = Runnable::run;

  private final LedgerStore store;
  private final LedgerClock clock;
  private final LedgerListener listener;
  private final LeaseTime leaseTime;
  private final CommandQueue queue;
  private final OutcomeDelivery delivery;
  private final StoreHealth health;
  private final Thread writer = new Thread(this::write, "ledger-writer");
  private volatile @Nullable CommitListener commitListener;
  private volatile DiskSpace diskSpace = DiskSpace.UNLIMITED;
  private volatile LedgerMeter meter = LedgerMeter.NONE;

  /** The number of batches since the start. Used by the writer. */
  private long batchNumber;

  /** Whether the commit listener must still be informed of a commit with an unknown outcome. */
  private boolean commitOutcomeUnknown;

  /** Waits for the outcome of a command. */
  public interface Caller {
    /**
     * Returns whether the caller no longer waits, because its deadline passed or the call was
     * cancelled. The writer asks before it runs the command, and drops an abandoned one.
     */
    boolean abandoned();

    /**
     * Called on the writer thread when the batch of the command was made durable, before {@link
     * #answer}; not called for a batch that changed nothing. Must return at once.
     */
    default void committed() {}

    /** Receives the outcome, after it was made durable. Not called for an abandoned command. */
    void answer(Outcome outcome);

    /**
     * Returns the executor that calls {@link #answer}; read after the commit. Each executor gets
     * the outcomes of a batch in one task, because waking a thread costs more than they do.
     */
    default Executor answering() {
      return WRITER_THREAD;
    }
  }

  /**
   * Makes a ledger on a store. It takes commands at once and commits them from {@link #start} on.
   *
   * @param clock the clock by which the rules decide
   * @param waitingLimit maximum number of waiting changes; more are rejected with OVERLOADED
   */
  public Ledger(LedgerStore store, LedgerClock clock, int waitingLimit, LedgerListener listener) {
    this.store = store;
    this.clock = clock;
    this.listener = listener;
    this.leaseTime = new LeaseTime(store, clock, listener);
    this.queue = new CommandQueue(waitingLimit);
    this.delivery = new OutcomeDelivery(listener);
    this.health = new StoreHealth(listener);
  }

  /** Reports every commit to this listener from now on, in place of the one before. */
  public void follow(CommitListener newListener) {
    commitListener = newListener;
  }

  /** Decides from now on by this free space of the store's disk. Any thread may call it. */
  public void noteDiskSpace(DiskSpace space) {
    diskSpace = space;
  }

  /** Reports measurements to this meter from now on, in place of the one before. */
  public void measureWith(LedgerMeter newMeter) {
    meter = newMeter;
  }

  /** Returns the number of waiting changes. */
  public long waitingCount() {
    return queue.depth();
  }

  /** Starts the writer. */
  public void start() {
    writer.start();
  }

  /** Returns the books, to be read beside the queue. */
  public LedgerReads reads() {
    return store;
  }

  /** Returns the time as the rules see it, in microseconds since the epoch. */
  public long nowMicros() {
    return clock.nowMicros();
  }

  /** Returns a monotonic time in nanoseconds. */
  long steadyNanos() {
    return clock.steadyNanos();
  }

  /**
   * Ensures that every lease has at least min(its length, one minute) left, and no more than its
   * length. Called at the start, because renewal was impossible before.
   *
   * @throws StoreException if the store fails
   */
  public void giveGrace() {
    try {
      submitMaintenance(
              transaction -> {
                leaseTime.giveGrace(transaction);
                return 0;
              })
          .join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof StoreException cause) {
        throw cause;
      }
      throw e;
    }
  }

  /** Returns whether the last transaction failed in the engine, a moment ago. */
  public boolean storeFailed() {
    return health.failedRecently();
  }

  /**
   * Returns how long the writer has waited for the engine; 0 if it does not wait.
   *
   * @param nowNanos now, in {@link System#nanoTime()}
   */
  public long storeBusyNanos(long nowNanos) {
    return health.busyNanos(nowNanos);
  }

  /** Queues a command. The outcome may come before this returns, and on any thread. */
  public void submit(Command command, Caller caller) {
    Rejection refusal = queue.offer(new Call(command, caller));
    if (refusal != null) {
      caller.answer(refusal);
    }
  }

  /** Runs a command of the server's own and waits for the outcome. */
  public Outcome run(Command command) {
    return submitOwn(command).join();
  }

  /** Queues a command of the server's own, which is never refused for overload. */
  CompletableFuture<Outcome> submitOwn(Command command) {
    CompletableFuture<Outcome> done = new CompletableFuture<>();
    Caller caller =
        new Caller() {
          @Override
          public boolean abandoned() {
            return false;
          }

          @Override
          public void answer(Outcome outcome) {
            done.complete(outcome);
          }
        };
    queue.add(new Call(command, caller));
    return done;
  }

  /** Queues work for a transaction of its own; the future fails if the transaction fails. */
  CompletableFuture<Integer> submitMaintenance(ToIntFunction<LedgerStore.Transaction> work) {
    MaintenanceTask task = new MaintenanceTask(work, new CompletableFuture<>());
    queue.add(task);
    return task.done();
  }

  /** Commits and answers all commands that were submitted so far, and ends the writer. */
  @Override
  public void close() {
    queue.add(new CommandQueue.Stop());
    boolean interrupted = false;
    while (writer.isAlive()) {
      try {
        writer.join();
      } catch (InterruptedException e) {
        // Accepted commands are answered nevertheless.
        interrupted = true;
      }
    }
    queue.close();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Runs batches, and one large command between each two of them. */
  private void write() {
    List<Call> calls = new ArrayList<>();
    boolean stopped = false;
    while (!stopped || queue.hasLarge()) {
      @Nullable Entry next = stopped ? null : takeBatch(calls);
      while (!calls.isEmpty()) {
        commit(calls);
      }
      if (next instanceof MaintenanceTask task) {
        run(task);
      }
      stopped |= next instanceof CommandQueue.Stop;
      Call large = queue.pollLarge();
      if (large != null) {
        calls.add(large);
        commit(calls);
      }
    }
  }

  /**
   * Takes the calls that wait, up to about a full batch. Waits for one, unless there are large
   * commands to run.
   *
   * @return the task or stop that follows the calls; null for none
   */
  private @Nullable Entry takeBatch(List<Call> calls) {
    long size = 0;
    long bytes = 0;
    Entry next = queue.hasLarge() ? queue.poll() : take();
    while (next != null) {
      if (!(next instanceof Call call)) {
        return next;
      }
      calls.add(call);
      size += call.size();
      bytes += call.bytes();
      next = size < CommandQueue.BATCH_CHANGES && bytes < BATCH_BYTES ? queue.poll() : null;
    }
    return null;
  }

  private Entry take() {
    try {
      while (true) {
        Entry next = queue.poll(TEND_MILLIS);
        if (next != null) {
          return next;
        }
        tend();
        if (!health.failed()) {
          var unused = adjustLeases();
        }
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException("the ledger's writer must not be interrupted", e);
    }
  }

  /** Adjusts leases if that is due, before anything is decided. Returns the failure, if any. */
  private @Nullable StoreException adjustLeases() {
    leaseTime.pulse();
    if (!leaseTime.isDue()) {
      return null;
    }
    try {
      health.run(leaseTime::adjust);
      succeeded();
      return null;
    } catch (StoreException e) {
      failed(e);
      return e;
    } catch (RuntimeException e) {
      listener.failed(e);
      return StoreException.notApplied("cannot adjust leases", e);
    }
  }

  /** Commits and answers one batch of these calls, starting with the first, and removes them. */
  private void commit(List<Call> waiting) {
    waiting.removeIf(call -> call.caller().abandoned());
    if (waiting.isEmpty()) {
      return;
    }
    if (adjustLeases() != null) {
      // Whether or not the leases were adjusted, none of these commands was decided.
      delivery.deliverToAll(waiting, Rejections.storeUnavailable(false));
      waiting.clear();
      return;
    }
    List<Call> calls = waiting;
    boolean answered = false;
    long beginNanos = System.nanoTime();
    try (LedgerStore.Transaction transaction = health.call(store::begin)) {
      calls = waiting.subList(0, batchSize(transaction, waiting));
      Batch batch = new Batch(transaction, nowMicros(), diskSpace);
      List<Outcome> outcomes = batch.run(calls.stream().map(Call::command).toList());
      if (batch.changed()) {
        long decidedNanos = System.nanoTime();
        commit(transaction);
        long nowNanos = System.nanoTime();
        measure(calls, batch, nowNanos - beginNanos, nowNanos - decidedNanos);
      }
      succeeded();
      measure(calls, outcomes, batch, beginNanos);
      outcomes.forEach(this::reportIfBroken);
      batch
          .futureGenerations()
          .forEach(
              future ->
                  listener.namedFuture(future.repositoryId(), future.named(), future.revision()));
      publish(batch.booked());
      answered = true;
      // Before the transaction is closed, so that no caller waits for that.
      delivery.deliver(calls, outcomes);
    } catch (StoreException e) {
      if (e.damage() != null && calls.size() > 1) {
        // Only the call that needs the damaged data is to be refused.
        commit(calls.subList(0, calls.size() / 2));
        commit(calls.subList(calls.size() / 2, calls.size()));
        return;
      }
      failed(e);
      if (!answered) {
        delivery.deliverToAll(calls, e.rejection());
      }
    } catch (RuntimeException e) {
      listener.failed(e);
      if (!answered) {
        delivery.deliverToAll(calls, new Outcome.Broken(e));
      }
    }
    // The list may be a view of the waiting calls; the others stay.
    calls.clear();
  }

  /**
   * Returns how many of these calls, starting with the first, fit into one batch. Sets calls aside
   * that exceed a batch by themselves, unless there is no other call.
   */
  private int batchSize(LedgerStore.Transaction transaction, List<Call> calls) {
    long size = 0;
    long bytes = 0;
    int count = 0;
    while (count < calls.size()) {
      Call call = calls.get(count);
      long changes = changeCount(transaction, call);
      if (changes > CommandQueue.BATCH_CHANGES && calls.size() > 1) {
        calls.remove(count);
        queue.setAside(call);
        continue;
      }
      size += changes;
      bytes += call.bytes();
      if (count > 0 && (size > CommandQueue.BATCH_CHANGES || bytes > BATCH_BYTES)) {
        break;
      }
      count++;
    }
    return count;
  }

  /** Returns the number of changes a call may make; any number above a batch if it is more. */
  private static long changeCount(LedgerStore.Transaction transaction, Call call) {
    long count = call.size();
    for (Map.Entry<String, Integer> request : call.command().requests().entrySet()) {
      count +=
          transaction.reservationCount(
              call.command().repositoryId(),
              request.getKey(),
              Math.min(request.getValue(), CommandQueue.BATCH_CHANGES + 1));
    }
    return count;
  }

  private void commit(LedgerStore.Transaction transaction) {
    health.run(
        () -> {
          transaction.commit();
          leaseTime.committed();
        });
  }

  /** Reports a committed batch to the meter and to its callers. */
  private void measure(List<Call> calls, Batch batch, long totalNanos, long syncNanos) {
    LedgerMeter current = meter;
    Map<String, List<Event>> booked = batch.booked();
    int events = booked.values().stream().mapToInt(List::size).sum();
    batchNumber++;
    current.committed(
        new LedgerMeter.CommittedBatch(batchNumber, calls.size(), events, totalNanos, syncNanos));
    booked.forEach(current::booked);
    calls.forEach(call -> call.caller().committed());
  }

  /** Reports what the commands of a batch waited for and came to, whether or not it changed. */
  private void measure(List<Call> calls, List<Outcome> outcomes, Batch batch, long beginNanos) {
    LedgerMeter current = meter;
    calls.forEach(call -> current.waited(beginNanos - call.sinceNanos()));
    if (batch.replayCount() > 0) {
      current.replayed(batch.replayCount());
    }
    for (Outcome outcome : outcomes) {
      if (outcome instanceof Outcome.ApplyDone apply) {
        for (Outcome step : apply.outcomes()) {
          if (step instanceof Rejection rejection) {
            current.stepRejected(rejection.reason());
          }
        }
      }
    }
  }

  private void publish(Map<String, List<Event>> booked) {
    CommitListener current = commitListener;
    if (current != null) {
      booked.forEach((id, events) -> delivery.attempt(() -> current.committed(id, events)));
    }
  }

  private void run(MaintenanceTask task) {
    @Nullable StoreException failure = adjustLeases();
    if (failure != null) {
      task.done().completeExceptionally(failure);
      return;
    }
    try (LedgerStore.Transaction transaction = health.call(store::begin)) {
      int done = task.work().applyAsInt(transaction);
      commit(transaction);
      succeeded();
      task.done().complete(done);
    } catch (StoreException e) {
      failed(e);
      task.done().completeExceptionally(e);
    } catch (RuntimeException e) {
      listener.failed(e);
      task.done().completeExceptionally(e);
    }
  }

  private void reportIfBroken(Outcome outcome) {
    if (outcome instanceof Outcome.Broken broken) {
      listener.failed(broken.cause());
    }
  }

  private void failed(StoreException e) {
    if (e.damage() != null) {
      listener.damaged(e);
      return;
    }
    noteFailure(e);
    if (e.outcomeUnknown()) {
      commitOutcomeUnknown = true;
      tend();
    }
  }

  private void noteFailure(StoreException e) {
    leaseTime.failed();
    health.noteFailure(e);
  }

  private void succeeded() {
    health.noteSuccess();
    publishUnknownOutcome();
  }

  private void tend() {
    try {
      health.run(store::tend);
      publishUnknownOutcome();
    } catch (StoreException e) {
      noteFailure(e);
    } catch (RuntimeException e) {
      listener.failed(e);
    }
  }

  /** Informs the commit listener of an unknown outcome, once the engine knows the outcome. */
  private void publishUnknownOutcome() {
    CommitListener current = commitListener;
    if (commitOutcomeUnknown) {
      meter.commitOutcomeUnknown();
    }
    if (commitOutcomeUnknown && current != null) {
      delivery.attempt(current::commitOutcomeUnknown);
    }
    commitOutcomeUnknown = false;
  }
}
