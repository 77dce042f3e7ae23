package dev.holdfast.server.ledger.rules.reconcile;

import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.books.SlotHistory;
import org.jspecify.annotations.Nullable;

/**
 * Decides what happens to each slot when an observation of the chain is compared with the books.
 *
 * @param repositoryId the repository
 * @param asOfRevision changes after this revision may be newer than the observation, so their slots
 *     stay unchanged
 * @param releaseAttempts whether unfilled slots are released, too
 */
public record ReconcileScope(String repositoryId, long asOfRevision, boolean releaseAttempts) {

  /** What happens to a slot. */
  enum Verdict {
    LEAVE,
    RELEASE,
    FILL,
    ADOPT
  }

  Verdict verdict(SlotHistory history, boolean observed) {
    var latest = history.latestReleased();
    return verdict(history.current(), latest != null && latest.revision() > asOfRevision, observed);
  }

  /**
   * Decides what happens to a slot.
   *
   * @param current the current reservation; null for none
   * @param releasedSince whether a reservation of the slot was released after the revision
   * @param observed whether the slot is held here according to the chain
   */
  Verdict verdict(@Nullable Reservation current, boolean releasedSince, boolean observed) {
    if (releasedSince) {
      return Verdict.LEAVE;
    }
    if (current == null) {
      return observed ? Verdict.ADOPT : Verdict.LEAVE;
    }
    if (current.generation() > asOfRevision || current.fill().revision() > asOfRevision) {
      return Verdict.LEAVE;
    }
    if (observed) {
      return current.filled() ? Verdict.LEAVE : Verdict.FILL;
    }
    return current.filled() || releaseAttempts ? Verdict.RELEASE : Verdict.LEAVE;
  }
}
