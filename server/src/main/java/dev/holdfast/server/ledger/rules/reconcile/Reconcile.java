package dev.holdfast.server.ledger.rules.reconcile;

import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.rules.Command;
import dev.holdfast.server.ledger.rules.Decision;
import dev.holdfast.server.ledger.rules.Rules;
import dev.holdfast.server.ledger.rules.reconcile.ReconcileScope.Verdict;
import dev.holdfast.server.ledger.view.Books;
import dev.holdfast.server.ledger.view.ReadSet;
import java.util.List;

/**
 * Makes reservations agree with the chain: releases first, then fills, then adoptions. It contains
 * only the slots that a {@link ReconcilePlan} wants to change, and checks them again: a slot that
 * changed meanwhile changed after the revision of the scope, and stays unchanged.
 *
 * @param scope what is compared, and which differences are resolved
 * @param unobserved the slots to release, by request id and slot index
 * @param observed the slots to fill or adopt, in the order observed
 * @param unchangedCount the number of all other slots
 */
public record Reconcile(
    ReconcileScope scope, List<Slot> unobserved, List<Observed> observed, long unchangedCount)
    implements Command {
  private static final int BYTES_PER_SLOT = 256;

  /**
   * A slot that is held here according to the chain.
   *
   * @param amountBytes the bytes of the slot; 0 if unknown
   */
  public record Observed(Slot slot, long amountBytes) {}

  @Override
  public String repositoryId() {
    return scope.repositoryId();
  }

  @Override
  public void declareReads(ReadSet reads) {
    unobserved.forEach(reads::slot);
    observed.forEach(observation -> reads.slot(observation.slot()));
  }

  @Override
  public Decision decide(Books books, long nowMicros) {
    return Rules.inRepository(
        books, repositoryId(), repository -> in(repository, books, nowMicros));
  }

  private Decision in(Repository repository, Books books, long nowMicros) {
    Reconciling reconciling = new Reconciling(repository, nowMicros, unchangedCount);
    for (Slot slot : unobserved) {
      var history = books.slot(slot);
      if (history.current() != null && scope.verdict(history, false) == Verdict.RELEASE) {
        reconciling.release(history.current());
      } else {
        reconciling.leaveUnchanged();
      }
    }
    for (Observed slot : observed) {
      var history = books.slot(slot.slot());
      if (history.current() != null && scope.verdict(history, true) == Verdict.FILL) {
        reconciling.fill(history.current());
      }
    }
    for (Observed slot : observed) {
      switch (scope.verdict(books.slot(slot.slot()), true)) {
        case ADOPT -> reconciling.adopt(slot);
        case LEAVE -> reconciling.leaveUnchanged();
        case FILL, RELEASE -> {}
      }
    }
    return reconciling.decision();
  }

  @Override
  public int size() {
    return Math.max(1, slotCount());
  }

  @Override
  public long bytes() {
    return (long) BYTES_PER_SLOT * size();
  }

  /** Returns the maximum number of slots that the command changes. */
  public int slotCount() {
    return unobserved.size() + observed.size();
  }
}
