package dev.holdfast.server.ledger.rules.reconcile;

import dev.holdfast.server.ledger.books.Change;
import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.books.SlotHistory;
import dev.holdfast.server.ledger.rules.Outcome;
import dev.holdfast.server.ledger.rules.Rejection;
import dev.holdfast.server.ledger.rules.Rejections;
import dev.holdfast.server.ledger.rules.RevisionRejections;
import dev.holdfast.server.ledger.rules.reconcile.ReconcileScope.Verdict;
import dev.holdfast.server.ledger.view.LoadedBooks;
import dev.holdfast.server.ledger.view.LoadedKeys;
import dev.holdfast.server.ledger.view.LoadedOffers;
import dev.holdfast.server.ledger.view.OlderReleases;
import dev.holdfast.server.ledger.view.ReadSet;
import dev.holdfast.server.ledger.view.RepositoryVisitor;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Compares a whole repository with an observation, beside the queue, and finds the few slots or
 * many for which there is something to do. Only these then go through the queue, where nobody has
 * to wait for the rest to be read.
 */
public final class ReconcilePlan implements RepositoryVisitor {
  private final ReconcileScope scope;
  private final Observation observation;
  private @Nullable Repository repository;

  /** Where the events go on that were told so far, and from where on there is no gap in them. */
  private long nextRevision;

  private long oldestRevision;

  /** Slots that lost a reservation after the revision of the scope and have none now. */
  private final Set<Slot> releasedSince = new HashSet<>();

  private final List<Slot> unobserved = new ArrayList<>();
  private final Map<Slot, SlotHistory> found = new HashMap<>();

  /** By position in the observation: which have a reservation, and which of these are to fill. */
  private final BitSet reserved = new BitSet();

  private final BitSet toFill = new BitSet();
  private long unchangedCount;

  /** A plan that has seen nothing of the repository yet. */
  public ReconcilePlan(ReconcileScope scope, Observation observation) {
    this.scope = scope;
    this.observation = observation;
    this.nextRevision = scope.asOfRevision() + 1;
    this.oldestRevision = nextRevision;
  }

  @Override
  public void repository(Repository repository) {
    this.repository = repository;
  }

  @Override
  public void event(Event event) {
    see(event.revision());
    if (event.change() instanceof Change.SlotReleased change) {
      releasedSince.add(change.released().reservation().slot());
    }
  }

  private void see(long revision) {
    if (revision != nextRevision) {
      oldestRevision = revision;
    }
    nextRevision = revision + 1;
  }

  @Override
  public void reservation(Reservation current) {
    Slot slot = current.slot();
    int position = observation.position(slot);
    boolean observed = position >= 0;
    Verdict verdict = scope.verdict(current, releasedSince.remove(slot), observed);
    if (observed) {
      reserved.set(position);
    }
    if (verdict == Verdict.LEAVE) {
      unchangedCount++;
      return;
    }
    found.put(slot, new SlotHistory(current, null));
    if (verdict == Verdict.FILL) {
      toFill.set(position);
    } else {
      unobserved.add(slot);
    }
  }

  /** Why there is nothing to plan, to be asked for after the survey; null where there is. */
  public @Nullable Rejection rejection() {
    if (repository == null) {
      return Rejections.repositoryNotFound(scope.repositoryId());
    }
    if (scope.asOfRevision() > repository.revision()) {
      return RevisionRejections.inFuture(
          scope.repositoryId(), "as_of_revision", scope.asOfRevision(), repository.revision());
    }
    // Behind the last event that is kept comes the next one to be made, or again a gap.
    see(repository.revision() + 1);
    return oldestRevision == scope.asOfRevision() + 1
        ? null
        : RevisionRejections.compacted(
            scope.repositoryId(), "as_of_revision", scope.asOfRevision(), oldestRevision);
  }

  /** What is to be done; to be asked for once, after {@link #rejection}. */
  public Reconcile command() {
    List<Reconcile.Observed> observed = new ArrayList<>();
    for (int position = 0; position < observation.size(); position++) {
      Reconcile.Observed one = observation.at(position);
      if (toFill.get(position)) {
        observed.add(one);
      } else if (!reserved.get(position)) {
        if (releasedSince.remove(one.slot())) {
          unchangedCount++;
        } else {
          observed.add(one);
        }
      }
    }
    return new Reconcile(scope, unobserved, observed, unchangedCount + releasedSince.size());
  }

  /** What a command would be answered if nothing was changed since the survey. */
  public Outcome dryRun(Reconcile command) {
    ReadSet reads = new ReadSet(scope.repositoryId());
    command.declareReads(reads);
    LoadedBooks books =
        new LoadedBooks(
            reads,
            Objects.requireNonNull(repository),
            found,
            new OlderReleases(),
            Map.of(),
            Map.of(),
            LoadedOffers.NONE,
            Map.of(),
            LoadedKeys.none(reads));
    // No time shows in the answer.
    return command.decide(books, 0).outcome();
  }
}
