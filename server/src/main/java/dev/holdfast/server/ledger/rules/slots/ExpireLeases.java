package dev.holdfast.server.ledger.rules.slots;

import dev.holdfast.server.ledger.books.ReleaseReason;
import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.rules.Command;
import dev.holdfast.server.ledger.rules.Decision;
import dev.holdfast.server.ledger.rules.Rules;
import dev.holdfast.server.ledger.view.Books;
import dev.holdfast.server.ledger.view.ReadSet;
import java.util.List;

/**
 * Releases reservations whose leases a sweep found expired, unless they were renewed, filled or
 * released meanwhile.
 */
public record ExpireLeases(String repositoryId, List<Expired> expired) implements Command {
  private static final int BYTES_PER_LEASE = 256;

  /** A reservation that had an expired lease at the time of the sweep. */
  public record Expired(Slot slot, long generation) {}

  @Override
  public void declareReads(ReadSet reads) {
    expired.forEach(lease -> reads.slot(lease.slot()));
  }

  @Override
  public Decision decide(Books books, long nowMicros) {
    return Rules.inRepository(
        books,
        repositoryId,
        repository -> {
          Releases releases = new Releases(repository, nowMicros);
          for (Expired lease : expired) {
            Reservation current = books.slot(lease.slot()).current();
            if (current != null
                && current.generation() == lease.generation()
                && current.leaseExpired(nowMicros)) {
              releases.add(current, ReleaseReason.LEASE_EXPIRED);
            }
          }
          return releases.decision();
        });
  }

  @Override
  public int size() {
    return expired.size();
  }

  @Override
  public long bytes() {
    return (long) BYTES_PER_LEASE * size();
  }
}
