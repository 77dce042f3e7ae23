package dev.holdfast.server.ledger;

import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.books.Repository;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a recount found, all of one moment.
 *
 * @param recorded the repository with its sums as they are kept
 * @param countedBytes the sum of the amounts of all reservations
 * @param countedReservations how many reservations there are
 * @param newestRevision the newest revision that a reservation was reserved or filled by; 0 where
 *     there is none
 * @param lastEvent the newest event, which says on its own where the books stood; null where none
 *     is kept
 * @param ofTheStore what is damaged, with the checksums that it has and should have, and what does
 *     not agree in the store that has it, whichever repository is asked for
 * @param offers how much is sold under each offer under which anything was, or is said to be
 */
public record Recount(
    Repository recorded,
    long countedBytes,
    long countedReservations,
    long newestRevision,
    @Nullable Event lastEvent,
    List<Problem> ofTheStore,
    List<Sold> offers) {

  /** How much is sold under an offer. */
  public record Sold(String offerId, long recordedBytes, long countedBytes) {}

  /** A number that is kept differently from what was counted. */
  public record Problem(String subject, long recorded, long counted) {}

  /** The reserved bytes as they should be. */
  public long countedReservedBytes() {
    return recorded.unassignedBytes() + countedBytes;
  }

  /** Everything that does not agree; empty where the books balance. */
  public List<Problem> problems() {
    List<Problem> problems = new ArrayList<>(ofTheStore);
    compare(problems, "reserved_bytes", recorded.reservedBytes(), countedReservedBytes());
    compare(problems, "reservation_count", recorded.reservationCount(), countedReservations);
    if (newestRevision > recorded.revision()) {
      problems.add(
          new Problem(
              "revision, and the newest of a reservation", recorded.revision(), newestRevision));
    }
    if (lastEvent != null) {
      compare(
          problems,
          "revision, and that of the last event",
          recorded.revision(),
          lastEvent.revision());
      compare(
          problems,
          "available_bytes, and those of the last event",
          recorded.availableBytes(),
          lastEvent.availableBytes());
    }
    for (Sold sold : offers) {
      String subject = "sold_bytes of offer " + sold.offerId();
      compare(problems, subject, sold.recordedBytes(), sold.countedBytes());
    }
    return problems;
  }

  private static void compare(List<Problem> problems, String subject, long recorded, long counted) {
    if (recorded != counted) {
      problems.add(new Problem(subject, recorded, counted));
    }
  }
}
