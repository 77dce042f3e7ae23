package dev.holdfast.server.ledger.engine;

import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.books.Repository;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The result of a recount, from one snapshot.
 *
 * @param recorded the repository with its recorded sums
 * @param countedBytes the sum of the amounts of all reservations
 * @param countedReservations the number of reservations
 * @param newestRevision the newest revision that reserved or filled a slot; 0 for none
 * @param lastEvent the newest event, which records the state of the books independently; null if
 *     none is kept
 * @param ofTheStore damage of the store, with actual and expected checksums, and inconsistencies of
 *     the store as a whole, whichever repository is recounted
 * @param offers the recorded and counted sold bytes of each offer where either is not 0
 */
public record Recount(
    Repository recorded,
    long countedBytes,
    long countedReservations,
    long newestRevision,
    @Nullable Event lastEvent,
    List<Problem> ofTheStore,
    List<Sold> offers) {

  /** The sold bytes of an offer. */
  public record Sold(String offerId, long recordedBytes, long countedBytes) {}

  /** A recorded number that differs from the counted one. */
  public record Problem(String subject, long recorded, long counted) {}

  /** Returns the reserved bytes as counted. */
  public long countedReservedBytes() {
    return recorded.unassignedBytes() + countedBytes;
  }

  /** Returns all differences; empty if the books balance. */
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
