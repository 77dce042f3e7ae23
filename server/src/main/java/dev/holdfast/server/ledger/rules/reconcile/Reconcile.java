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
 * Makes reservations agree with what the chain says: releases first, then fills, then adoptions. It
 * names only the slots for which a {@link ReconcilePlan} found something to do, and looks at them
 * again: what was changed meanwhile was changed after the revision of the scope, and is left alone.
 *
 * @param scope what is compared, and how far it goes
 * @param unobserved slots that are to be released, by request id and slot index
 * @param observed slots that are to be filled or adopted, in the order observed
 * @param unchangedCount how many other slots stay as they are
 */
public record Reconcile(
    ReconcileScope scope, List<Slot> unobserved, List<Observed> observed, long unchangedCount)
    implements Command {
  private static final int BYTES_A_SLOT = 256;

  /**
   * A slot that the chain says is held here.
   *
   * @param amountBytes how many bytes it takes; 0 where that is not known
   */
  public record Observed(Slot slot, long amountBytes) {}

  @Override
  public String repositoryId() {
    return scope.repositoryId();
  }

  @Override
  public void declareReads(ReadSet reads) {
    unobserved.forEach(reads::slot);
    observed.forEach(one -> reads.slot(one.slot()));
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
        reconciling.leave();
      }
    }
    for (Observed one : observed) {
      var history = books.slot(one.slot());
      if (history.current() != null && scope.verdict(history, true) == Verdict.FILL) {
        reconciling.fill(history.current());
      }
    }
    for (Observed one : observed) {
      switch (scope.verdict(books.slot(one.slot()), true)) {
        case ADOPT -> reconciling.adopt(one);
        case LEAVE -> reconciling.leave();
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
    return (long) BYTES_A_SLOT * size();
  }

  /** How many slots it may change. */
  public int slotCount() {
    return unobserved.size() + observed.size();
  }
}
