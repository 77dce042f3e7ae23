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
 * Compares a whole repository with an observation, outside of the queue, and finds the slots to
 * change. Only these go through the queue, so that other commands do not wait while the rest is
 * read.
 */
public final class ReconcilePlan implements RepositoryVisitor {
  private final ReconcileScope scope;
  private final Observation observation;
  private @Nullable Repository repository;

  /** The next expected revision, and the first one after the last gap between events. */
  private long nextRevision;

  private long oldestRevision;

  /** Slots that were released after the revision of the scope and have no reservation now. */
  private final Set<Slot> releasedSince = new HashSet<>();

  private final List<Slot> unobserved = new ArrayList<>();
  private final Map<Slot, SlotHistory> found = new HashMap<>();

  /** The positions in the observation that have a reservation, and those that must be filled. */
  private final BitSet reserved = new BitSet();

  private final BitSet toFill = new BitSet();
  private long unchangedCount;

  /** Makes an empty plan. */
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
    trackGaps(event.revision());
    if (event.change() instanceof Change.SlotReleased change) {
      releasedSince.add(change.released().reservation().slot());
    }
  }

  private void trackGaps(long revision) {
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

  /**
   * Returns why no plan is possible; null if one is. Must be called after the repository was
   * visited.
   */
  public @Nullable Rejection rejection() {
    if (repository == null) {
      return Rejections.repositoryNotFound(scope.repositoryId());
    }
    if (scope.asOfRevision() > repository.revision()) {
      return RevisionRejections.inFuture(
          scope.repositoryId(), "as_of_revision", scope.asOfRevision(), repository.revision());
    }
    // The next event would follow the last retained one; otherwise there is a gap at the end.
    trackGaps(repository.revision() + 1);
    return oldestRevision == scope.asOfRevision() + 1
        ? null
        : RevisionRejections.compacted(
            scope.repositoryId(), "as_of_revision", scope.asOfRevision(), oldestRevision);
  }

  /** Returns the revision of the repository; must be called after it was visited and found. */
  public long revision() {
    return Objects.requireNonNull(repository).revision();
  }

  /** Returns the command. Must be called once, after {@link #rejection}. */
  public Reconcile command() {
    List<Reconcile.Observed> observed = new ArrayList<>();
    for (int position = 0; position < observation.size(); position++) {
      Reconcile.Observed observedSlot = observation.at(position);
      if (toFill.get(position)) {
        observed.add(observedSlot);
      } else if (!reserved.get(position)) {
        if (releasedSince.remove(observedSlot.slot())) {
          unchangedCount++;
        } else {
          observed.add(observedSlot);
        }
      }
    }
    return new Reconcile(scope, unobserved, observed, unchangedCount + releasedSince.size());
  }

  /** Returns the outcome of the command if nothing changed since the repository was visited. */
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
    // The outcome contains no time.
    return command.decide(books, 0).outcome();
  }
}
