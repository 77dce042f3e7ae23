package dev.holdfast.server.ledger.rules.slots;

import dev.holdfast.server.ledger.books.Change;
import dev.holdfast.server.ledger.books.ReleaseReason;
import dev.holdfast.server.ledger.books.Released;
import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.rules.Decision;
import dev.holdfast.server.ledger.rules.Outcome;
import java.util.ArrayList;
import java.util.List;

/** Collects the releases of one command, with consecutive revisions. */
final class Releases {
  private Repository repository;
  private final long nowMicros;
  private final List<Change> changes = new ArrayList<>();
  private long count;
  private long bytes;

  Releases(Repository repository, long nowMicros) {
    this.repository = repository;
    this.nowMicros = nowMicros;
  }

  void add(Reservation reservation, ReleaseReason reason) {
    Change change =
        new Change.SlotReleased(
            new Released(reservation, reason, repository.revision() + 1, nowMicros, "", false));
    changes.add(change);
    repository = repository.after(change, nowMicros);
    count++;
    bytes += reservation.amountBytes();
  }

  /** Returns the repository after the releases so far. */
  Repository repository() {
    return repository;
  }

  /** Returns the mutable list of the changes so far. */
  List<Change> changes() {
    return changes;
  }

  long count() {
    return count;
  }

  long bytes() {
    return bytes;
  }

  Decision decision() {
    return new Decision(
        new Outcome.SlotsReleaseDone(count, bytes, repository.availableBytes(), false), changes);
  }
}
