package dev.holdfast.server.ledger.rules.reconcile;

import dev.holdfast.server.ledger.books.Change;
import dev.holdfast.server.ledger.books.ReleaseReason;
import dev.holdfast.server.ledger.books.Released;
import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.rules.Decision;
import dev.holdfast.server.ledger.rules.Outcome;
import java.util.ArrayList;
import java.util.List;

/**
 * Collects the changes of one {@link Reconcile}, with consecutive revisions, and the affected
 * slots.
 */
final class Reconciling {
  private static final int MAX_LISTED_SLOTS = 1000;

  private Repository repository;
  private final long nowMicros;
  private final List<Change> changes = new ArrayList<>();
  private final SlotList released = new SlotList();
  private final SlotList filled = new SlotList();
  private final SlotList adopted = new SlotList();
  private final SlotList missing = new SlotList();
  private long unchangedCount;
  private long releasedBytes;

  Reconciling(Repository repository, long nowMicros, long unchangedCount) {
    this.repository = repository;
    this.nowMicros = nowMicros;
    this.unchangedCount = unchangedCount;
  }

  /** The number of slots, and the first of them. */
  private static final class SlotList {
    private final List<Slot> first = new ArrayList<>();
    private long count;

    void add(Slot slot) {
      count++;
      if (first.size() < MAX_LISTED_SLOTS) {
        first.add(slot);
      }
    }

    Outcome.CountedSlots counted() {
      return new Outcome.CountedSlots(count, first);
    }
  }

  private void apply(Change change) {
    changes.add(change);
    repository = repository.after(change, nowMicros);
  }

  private long nextRevision() {
    return repository.revision() + 1;
  }

  void leaveUnchanged() {
    unchangedCount++;
  }

  void release(Reservation current) {
    apply(
        new Change.SlotReleased(
            new Released(current, ReleaseReason.RECONCILED, nextRevision(), nowMicros, "", false)));
    released.add(current.slot());
    releasedBytes += current.amountBytes();
  }

  void fill(Reservation current) {
    apply(
        new Change.SlotFilled(
            current.withFill(new Reservation.Fill(nextRevision(), nowMicros, "", false))));
    filled.add(current.slot());
  }

  void adopt(Reconcile.Observed observed) {
    long amountBytes = observed.amountBytes();
    if (amountBytes == 0 || amountBytes > repository.availableBytes()) {
      missing.add(observed.slot());
      return;
    }
    Reservation reserved =
        new Reservation(
            observed.slot(),
            amountBytes,
            nextRevision(),
            nowMicros,
            0,
            0,
            "",
            Reservation.Fill.NONE,
            "");
    apply(new Change.SlotReserved(reserved));
    apply(
        new Change.SlotFilled(
            reserved.withFill(new Reservation.Fill(nextRevision(), nowMicros, "", false))));
    adopted.add(observed.slot());
  }

  Decision decision() {
    return new Decision(
        new Outcome.ReconcileDone(
            released.counted(),
            filled.counted(),
            adopted.counted(),
            missing.counted(),
            unchangedCount,
            releasedBytes,
            repository),
        changes);
  }
}
