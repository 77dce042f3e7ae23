package dev.holdfast.server.ledger;

import dev.holdfast.server.ledger.Lanes.Call;
import dev.holdfast.server.ledger.Lanes.Entry;
import dev.holdfast.server.ledger.Lanes.Lane;
import dev.holdfast.server.ledger.Lanes.MaintenanceTask;
import dev.holdfast.server.ledger.engine.BatchId;
import dev.holdfast.server.ledger.engine.LedgerStore;
import dev.holdfast.server.ledger.engine.LedgerStore.CommitOutcome;
import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.ledger.rules.Outcome;
import dev.holdfast.server.ledger.rules.Rejections;
import dev.holdfast.server.ledger.view.DiskSpace;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Commits what waits in a lane, a batch at a time: load, decide, write, commit, and only then
 * answer. Any number of threads may commit lanes at a time, each another one.
 *
 * <p>A batch that conflicts with another server is loaded and decided again, as spicedb runs a
 * transaction's closure again: rules are pure and commands immutable.
 */
final class Committer {
  /** Attempts to commit a batch, or to find out what became of a commit. */
  private static final int MAX_ATTEMPTS = 12;

  /** The time after which a batch is not tried again. An attempt may wait for a connection. */
  private static final long RETRY_NANOS = 5_000_000_000L;

  /** The time after which nobody asks again what became of a commit: longer than most failovers. */
  private static final long ASK_NANOS = 20_000_000_000L;

  private final LedgerStore store;
  private final LedgerClock clock;
  private final LedgerListener listener;
  private final OutcomeDelivery delivery;
  private final CommitReport report;
  private final LeaseTime leaseTime;
  private final StoreHealth health;
  private final IntConsumer backoff;
  private volatile DiskSpace diskSpace = DiskSpace.UNLIMITED;

  /**
   * Makes a committer.
   *
   * @param backoff waits after a failed attempt, given the number of attempts so far
   */
  Committer(
      LedgerStore store,
      LedgerClock clock,
      LedgerListener listener,
      OutcomeDelivery delivery,
      CommitReport report,
      StoreHealth health,
      IntConsumer backoff) {
    this.store = store;
    this.clock = clock;
    this.listener = listener;
    this.delivery = delivery;
    this.report = report;
    this.leaseTime = new LeaseTime(store.maintenance(), clock, listener);
    this.health = health;
    this.backoff = backoff;
  }

  void noteDiskSpace(DiskSpace space) {
    diskSpace = space;
  }

  /** Gives every lease its grace; see {@link Ledger#giveGrace}. */
  void giveGrace() {
    leaseTime.giveGrace();
  }

  /** Commits about one batch of a lane, and one large command after it. */
  void run(Lanes lanes, Lane lane) {
    List<Call> calls = new ArrayList<>();
    Entry next = lanes.take(lane, calls);
    while (!calls.isEmpty()) {
      commit(lanes, lane, calls);
    }
    if (next instanceof MaintenanceTask task) {
      run(lane, task);
    } else if (next != null) {
      tend(lane);
      if (!health.failed()) {
        var unused = adjustLeases(lane);
      }
    }
    Call large = lanes.takeLarge(lane);
    if (large != null) {
      calls.add(large);
      commit(lanes, lane, calls);
    }
  }

  /** Adjusts leases if that is due, before anything is decided. Returns the failure, if any. */
  private @Nullable StoreException adjustLeases(Lane lane) {
    leaseTime.check();
    if (!leaseTime.isDue()) {
      return null;
    }
    try {
      health.run(leaseTime::adjust);
      succeeded(lane);
      return null;
    } catch (StoreException e) {
      failed(lane, e);
      return e;
    } catch (RuntimeException e) {
      listener.failed(e);
      return StoreException.notApplied("cannot adjust leases", e);
    }
  }

  /** Commits and answers one batch of these calls, starting with the first, and removes them. */
  private void commit(Lanes lanes, Lane lane, List<Call> waiting) {
    long sinceNanos = clock.steadyNanos();
    int attempts = 1;
    while (!attempt(lanes, lane, waiting, isOver(attempts, sinceNanos, RETRY_NANOS))) {
      backoff.accept(attempts++);
    }
  }

  private boolean isOver(int attempts, long sinceNanos, long limitNanos) {
    return attempts >= MAX_ATTEMPTS || clock.steadyNanos() - sinceNanos > limitNanos;
  }

  /**
   * Tries to commit and answer one batch.
   *
   * @param last whether the callers are answered whatever happens
   * @return whether the calls of the batch were answered and removed; otherwise nothing changed
   */
  private boolean attempt(Lanes lanes, Lane lane, List<Call> waiting, boolean last) {
    waiting.removeIf(call -> call.caller().abandoned());
    if (waiting.isEmpty()) {
      return true;
    }
    StoreException adjusting = adjustLeases(lane);
    if (adjusting != null) {
      if (adjusting.conflict() && !last) {
        return false;
      }
      // Whether or not the leases were adjusted, none of these commands was decided.
      delivery.deliverToAll(waiting, Rejections.storeUnavailable(false));
      waiting.clear();
      return true;
    }
    List<Call> calls = waiting;
    List<Outcome> outcomes = List.of();
    boolean answered = false;
    BatchId batchId = BatchId.random();
    SortedSet<String> repositoryIds = repositoryIds(waiting);
    Batch batch = new Batch(clock.nowMicros(), diskSpace);
    long beginNanos = System.nanoTime();
    try (LedgerStore.Transaction transaction = health.call(() -> store.begin(repositoryIds))) {
      calls =
          waiting.subList(
              0, BatchSize.of(transaction, waiting, call -> lanes.setAside(lane, call)));
      outcomes = batch.run(transaction, calls.stream().map(Call::command).toList());
      if (batch.changed()) {
        long decidedNanos = System.nanoTime();
        commit(transaction, batchId);
        long nowNanos = System.nanoTime();
        report.committed(calls, batch, nowNanos - beginNanos, nowNanos - decidedNanos);
      } else {
        health.run(transaction::confirm);
        leaseTime.alive();
      }
      succeeded(lane);
      report.decided(calls, outcomes, batch, beginNanos);
      answered = true;
      // Before the transaction is closed, so that no caller waits for that.
      delivery.deliver(calls, outcomes);
    } catch (StoreException e) {
      if (!answered && e.damage() != null && calls.size() > 1) {
        // Only the call that needs the damaged data is to be refused.
        commit(lanes, lane, calls.subList(0, calls.size() / 2));
        commit(lanes, lane, calls.subList(calls.size() / 2, calls.size()));
        return true;
      }
      CommitOutcome outcome =
          answered ? CommitOutcome.UNKNOWN : outcomeOf(e, batchId, repositoryIds);
      if (outcome == CommitOutcome.COMMITTED) {
        long nanos = System.nanoTime() - beginNanos;
        report.committed(calls, batch, nanos, nanos);
        succeeded(lane);
        report.decided(calls, outcomes, batch, beginNanos);
        delivery.deliver(calls, outcomes);
      } else if (outcome == CommitOutcome.NOT_COMMITTED && !last) {
        return false;
      } else {
        failed(lane, e);
        if (!answered) {
          delivery.deliverToAll(
              calls,
              outcome == CommitOutcome.NOT_COMMITTED
                  ? Rejections.storeUnavailable(false)
                  : e.rejection());
        }
      }
    } catch (RuntimeException e) {
      listener.failed(e);
      if (!answered) {
        delivery.deliverToAll(calls, new Outcome.Broken(e));
      }
    }
    // The list may be a view of the waiting calls; the others stay.
    calls.clear();
    return true;
  }

  private static SortedSet<String> repositoryIds(List<Call> calls) {
    SortedSet<String> ids = new TreeSet<>();
    calls.forEach(call -> ids.add(call.command().repositoryId()));
    return ids;
  }

  private void commit(LedgerStore.Transaction transaction, BatchId batchId) {
    health.run(
        () -> {
          transaction.commit(batchId);
          leaseTime.committed();
        });
  }

  /** Returns what became of a batch that failed; unknown also for a failure that nothing mends. */
  private CommitOutcome outcomeOf(
      StoreException failure, BatchId batchId, SortedSet<String> repositoryIds) {
    if (failure.conflict()) {
      return CommitOutcome.NOT_COMMITTED;
    } else if (!failure.outcomeUnknown() || store.concurrency().soleOwner()) {
      return CommitOutcome.UNKNOWN;
    }
    long sinceNanos = clock.steadyNanos();
    for (int attempts = 1; !isOver(attempts, sinceNanos, ASK_NANOS); attempts++) {
      try {
        return health.call(() -> store.outcomeOf(batchId, repositoryIds));
      } catch (StoreException e) {
        failure.addSuppressed(e);
        backoff.accept(attempts);
      }
    }
    return CommitOutcome.UNKNOWN;
  }

  private void run(Lane lane, MaintenanceTask task) {
    StoreException failure = adjustLeases(lane);
    if (failure != null) {
      task.done().completeExceptionally(failure);
      return;
    }
    try {
      int done = health.call(() -> task.work().applyAsInt(store.maintenance()));
      leaseTime.committed();
      succeeded(lane);
      task.done().complete(done);
    } catch (StoreException e) {
      failed(lane, e);
      task.done().completeExceptionally(e);
    } catch (RuntimeException e) {
      listener.failed(e);
      task.done().completeExceptionally(e);
    }
  }

  private void failed(Lane lane, StoreException e) {
    if (e.damage() != null) {
      listener.damaged(e);
      return;
    }
    noteFailure(lane, e);
    if (e.outcomeUnknown()) {
      report.commitOutcomeUnknown();
      tend(lane);
    }
  }

  private void noteFailure(Lane lane, StoreException e) {
    leaseTime.failed();
    health.noteFailure(lane.name(), e);
  }

  private void succeeded(Lane lane) {
    health.noteSuccess(lane.name());
    report.publishUnknownOutcome();
  }

  private void tend(Lane lane) {
    try {
      health.run(store.maintenance()::tend);
      leaseTime.alive();
      report.publishUnknownOutcome();
    } catch (StoreException e) {
      noteFailure(lane, e);
    } catch (RuntimeException e) {
      listener.failed(e);
    }
  }
}
