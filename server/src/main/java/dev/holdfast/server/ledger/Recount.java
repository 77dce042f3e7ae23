package dev.holdfast.server.ledger;

import dev.holdfast.server.ledger.books.Repository;
import java.util.ArrayList;
import java.util.List;

/**
 * What a recount found, all of one moment.
 *
 * @param recorded the repository with its sums as they are kept
 * @param countedBytes the sum of the amounts of all reservations
 * @param countedReservations how many reservations there are
 * @param newestRevision the newest revision that a reservation was reserved or filled by; 0 where
 *     there is none
 * @param lastEventRevision the revision of the newest event; 0 where none is kept
 */
public record Recount(
    Repository recorded,
    long countedBytes,
    long countedReservations,
    long newestRevision,
    long lastEventRevision) {

  /** A number that is kept differently from what was counted. */
  public record Problem(String subject, long recorded, long counted) {}

  /** The reserved bytes as they should be. */
  public long countedReservedBytes() {
    return recorded.unassignedBytes() + countedBytes;
  }

  /** Everything that does not agree; empty where the books balance. */
  public List<Problem> problems() {
    List<Problem> problems = new ArrayList<>();
    compare(problems, "reserved_bytes", recorded.reservedBytes(), countedReservedBytes());
    compare(problems, "reservation_count", recorded.reservationCount(), countedReservations);
    if (newestRevision > recorded.revision()) {
      problems.add(
          new Problem(
              "revision, and the newest of a reservation", recorded.revision(), newestRevision));
    }
    if (lastEventRevision != 0) {
      compare(
          problems, "revision, and that of the last event", recorded.revision(), lastEventRevision);
    }
    return problems;
  }

  private static void compare(List<Problem> problems, String subject, long recorded, long counted) {
    if (recorded != counted) {
      problems.add(new Problem(subject, recorded, counted));
    }
  }
}
