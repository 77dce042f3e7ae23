package dev.holdfast.server.runtime.tracing;

import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.meter.LedgerMeter;
import dev.holdfast.server.ledger.rules.Rejection;
import java.util.List;

/** Makes spans of commits, and passes all measurements on. */
final class TracedMeter implements LedgerMeter {
  private final CommitSpans commits;
  private final LedgerMeter next;

  TracedMeter(CommitSpans commits, LedgerMeter next) {
    this.commits = commits;
    this.next = next;
  }

  @Override
  public void waited(long nanos) {
    next.waited(nanos);
  }

  @Override
  public void committed(CommittedBatch batch) {
    commits.committed(batch);
    next.committed(batch);
  }

  @Override
  public void booked(String repositoryId, List<Event> events) {
    next.booked(repositoryId, events);
  }

  @Override
  public void commitOutcomeUnknown() {
    next.commitOutcomeUnknown();
  }

  @Override
  public void stepRejected(Rejection.Reason reason) {
    next.stepRejected(reason);
  }

  @Override
  public void replayed(int count) {
    next.replayed(count);
  }
}
