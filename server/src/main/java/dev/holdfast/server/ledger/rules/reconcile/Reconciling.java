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

/** The changes of one {@link Reconcile}, with their revisions in a row, and the account of them. */
final class Reconciling {
  private static final int LARGEST_LIST = 1000;

  private Repository repository;
  private final long nowMicros;
  private final List<Change> changes = new ArrayList<>();
  private final Account released = new Account();
  private final Account filled = new Account();
  private final Account adopted = new Account();
  private final Account missing = new Account();
  private long unchangedCount;
  private long releasedBytes;

  Reconciling(Repository repository, long nowMicros, long unchangedCount) {
    this.repository = repository;
    this.nowMicros = nowMicros;
    this.unchangedCount = unchangedCount;
  }

  /** So many slots, and the first of them. */
  private static final class Account {
    private final List<Slot> first = new ArrayList<>();
    private long count;

    void add(Slot slot) {
      count++;
      if (first.size() < LARGEST_LIST) {
        first.add(slot);
      }
    }

    Outcome.CountedSlots counted() {
      return new Outcome.CountedSlots(count, first);
    }
  }

  private void make(Change change) {
    changes.add(change);
    repository = repository.after(change, nowMicros);
  }

  private long nextRevision() {
    return repository.revision() + 1;
  }

  void leave() {
    unchangedCount++;
  }

  void release(Reservation current) {
    make(
        new Change.SlotReleased(
            new Released(current, ReleaseReason.RECONCILED, nextRevision(), nowMicros, "", false)));
    released.add(current.slot());
    releasedBytes += current.amountBytes();
  }

  void fill(Reservation current) {
    make(
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
    make(new Change.SlotReserved(reserved));
    make(
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
