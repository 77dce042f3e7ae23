package dev.holdfast.server.ledger.rules.reconcile;

import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.books.SlotHistory;
import org.jspecify.annotations.Nullable;

/**
 * What an observation of the chain is compared with, and what is to become of each slot.
 *
 * @param repositoryId the repository
 * @param asOfRevision what changed after this revision may be newer than the observation, and is
 *     left alone
 * @param releaseAttempts whether slots are released too that are reserved only
 */
public record ReconcileScope(String repositoryId, long asOfRevision, boolean releaseAttempts) {

  /** What is to become of a slot. */
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
   * The rule.
   *
   * @param current the reservation that the slot has; null for none
   * @param releasedSince whether one was released after the revision
   * @param observed whether the chain says that the slot is held here
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
