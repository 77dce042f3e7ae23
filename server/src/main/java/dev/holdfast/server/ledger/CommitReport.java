package dev.holdfast.server.ledger;

import dev.holdfast.server.ledger.Lanes.Call;
import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.meter.LedgerMeter;
import dev.holdfast.server.ledger.rules.Outcome;
import dev.holdfast.server.ledger.rules.Rejection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Reports batches to the meter, the commit listener and the callers. Thread-safe. */
final class CommitReport {
  private final LedgerListener listener;
  private final OutcomeDelivery delivery;
  private volatile @Nullable CommitListener commitListener;
  private volatile LedgerMeter meter = LedgerMeter.NONE;

  /** The number of batches since the start. */
  private final AtomicLong batchNumber = new AtomicLong();

  /** Whether the commit listener must still be informed of a commit with an unknown outcome. */
  private final AtomicBoolean commitOutcomeUnknown = new AtomicBoolean();

  CommitReport(LedgerListener listener, OutcomeDelivery delivery) {
    this.listener = listener;
    this.delivery = delivery;
  }

  void follow(CommitListener newListener) {
    commitListener = newListener;
  }

  void measureWith(LedgerMeter newMeter) {
    meter = newMeter;
  }

  /** Reports that a batch was made durable, before its outcomes are delivered. */
  void committed(List<Call> calls, Batch batch, long totalNanos, long syncNanos) {
    LedgerMeter current = meter;
    Map<String, List<Event>> booked = batch.booked();
    int events = booked.values().stream().mapToInt(List::size).sum();
    current.committed(
        new LedgerMeter.CommittedBatch(
            batchNumber.incrementAndGet(), calls.size(), events, totalNanos, syncNanos));
    booked.forEach(current::booked);
    calls.forEach(call -> call.caller().committed());
  }

  /** Reports what the commands of a batch waited for and came to, and publishes its events. */
  void decided(List<Call> calls, List<Outcome> outcomes, Batch batch, long beginNanos) {
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
      } else if (outcome instanceof Outcome.Broken broken) {
        listener.failed(broken.cause());
      }
    }
    for (Batch.FutureGeneration future : batch.futureGenerations()) {
      listener.namedFuture(future.repositoryId(), future.named(), future.revision());
    }
    CommitListener events = commitListener;
    if (events != null) {
      batch.booked().forEach((id, booked) -> delivery.attempt(() -> events.committed(id, booked)));
    }
  }

  /** Records that the outcome of a commit is unknown. */
  void commitOutcomeUnknown() {
    commitOutcomeUnknown.set(true);
  }

  /** Informs the commit listener of an unknown outcome, once the engine knows the outcome. */
  void publishUnknownOutcome() {
    if (commitOutcomeUnknown.compareAndSet(true, false)) {
      meter.commitOutcomeUnknown();
      CommitListener current = commitListener;
      if (current != null) {
        delivery.attempt(current::commitOutcomeUnknown);
      }
    }
  }
}
