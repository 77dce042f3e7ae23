package dev.holdfast.server.ledger;

import dev.holdfast.server.ledger.Lanes.Call;
import dev.holdfast.server.ledger.Lanes.Lane;
import dev.holdfast.server.ledger.Lanes.MaintenanceTask;
import dev.holdfast.server.ledger.engine.LedgerReads;
import dev.holdfast.server.ledger.engine.LedgerStore;
import dev.holdfast.server.ledger.engine.Maintenance;
import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.ledger.meter.LedgerMeter;
import dev.holdfast.server.ledger.rules.Command;
import dev.holdfast.server.ledger.rules.Outcome;
import dev.holdfast.server.ledger.rules.Rejection;
import dev.holdfast.server.ledger.view.DiskSpace;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.ToIntFunction;

/**
 * Takes commands from any thread and makes them durable, a batch at a time. All commands that wait
 * when a commit ends form the next batch, so many callers share one sync of the disk, and a single
 * caller does not wait for others.
 */
public final class Ledger implements AutoCloseable {
  private static final Executor COMMITTER_THREAD = Runnable::run;

  private final LedgerStore store;
  private final LedgerClock clock;
  private final CommitThreads threads;
  private final Lanes lanes;
  private final CommitReport report;
  private final StoreHealth health;
  private final Committer committer;

  /** Waits for the outcome of a command. */
  public interface Caller {
    /**
     * Returns whether the caller no longer waits, because its deadline passed or the call was
     * cancelled. A committer asks before it runs the command, and drops an abandoned one.
     */
    boolean abandoned();

    /**
     * Called on a committer thread when the batch of the command was made durable, before {@link
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
      return COMMITTER_THREAD;
    }
  }

  /**
   * Makes a ledger on a store. It takes commands at once and commits them from {@link #start} on.
   *
   * @param clock the process's clock; rules decide by it unless the engine has a clock of its own
   * @param waitingLimit maximum number of waiting changes; more are rejected with OVERLOADED
   */
  public Ledger(LedgerStore store, LedgerClock clock, int waitingLimit, LedgerListener listener) {
    this(store, clock, waitingLimit, listener, CommitThreads.of(store.concurrency().committers()));
  }

  /** Makes a ledger that commits on these threads. */
  Ledger(
      LedgerStore store,
      LedgerClock clock,
      int waitingLimit,
      LedgerListener listener,
      CommitThreads threads) {
    this.store = store;
    this.clock = clock;
    this.threads = threads;
    this.lanes = new Lanes(waitingLimit, store.concurrency().soleOwner(), this::commitLater);
    OutcomeDelivery delivery = new OutcomeDelivery(listener);
    this.report = new CommitReport(listener, delivery);
    this.health = new StoreHealth(listener, store.concurrency().soleOwner());
    this.committer =
        new Committer(store, clock, listener, delivery, report, health, threads::backOff);
  }

  private void commitLater(Lane lane) {
    threads.execute(
        () -> {
          try {
            committer.run(lanes, lane);
          } finally {
            lanes.done(lane);
          }
        });
  }

  /** Reports every commit to this listener from now on, in place of the one before. */
  public void follow(CommitListener newListener) {
    report.follow(newListener);
  }

  /** Decides from now on by this free space of the store's disk. Any thread may call it. */
  public void noteDiskSpace(DiskSpace space) {
    committer.noteDiskSpace(space);
  }

  /** Reports measurements to this meter from now on, in place of the one before. */
  public void measureWith(LedgerMeter newMeter) {
    report.measureWith(newMeter);
  }

  /** Returns the number of waiting changes. */
  public long waitingCount() {
    return lanes.depth();
  }

  /** Starts to commit. */
  public void start() {
    lanes.start();
    threads.everySecond(lanes::tend);
  }

  /** Returns the books, to be read beside the queue. */
  public LedgerReads reads() {
    return store;
  }

  /** Returns whether no other server changes the store. */
  public boolean soleOwner() {
    return store.concurrency().soleOwner();
  }

  /** Returns the time in microseconds since the epoch. */
  public long nowMicros() {
    return clock.nowMicros();
  }

  /** Returns a monotonic time in nanoseconds. */
  long steadyNanos() {
    return clock.steadyNanos();
  }

  /** Returns whether this server has a duty now; see {@link Maintenance#acquire}. */
  boolean acquire(Maintenance.Duty duty) {
    return store.maintenance().acquire(duty);
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
              maintenance -> {
                committer.giveGrace();
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
   * Returns how long a committer has waited for the engine; 0 if none waits.
   *
   * @param nowNanos now, in {@link System#nanoTime()}
   */
  public long storeBusyNanos(long nowNanos) {
    return health.busyNanos(nowNanos);
  }

  /** Queues a command. The outcome may come before this returns, and on any thread. */
  public void submit(Command command, Caller caller) {
    Rejection refusal = lanes.offer(new Call(command, caller));
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
    lanes.add(new Call(command, caller));
    return done;
  }

  /** Queues housekeeping; the future fails if the engine fails. */
  CompletableFuture<Integer> submitMaintenance(ToIntFunction<Maintenance> work) {
    MaintenanceTask task = new MaintenanceTask(work, new CompletableFuture<>());
    lanes.add(task);
    return task.done();
  }

  /** Lets the engine run its upkeep, unless it is busy. */
  void tend() {
    lanes.tend();
  }

  /** Commits and answers all commands that were submitted so far, and ends the threads. */
  @Override
  public void close() {
    lanes.close();
    threads.close();
  }
}
