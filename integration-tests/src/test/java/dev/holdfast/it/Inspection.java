package dev.holdfast.it;

import static dev.holdfast.it.Findings.Kind.DOUBLE_RELEASE;
import static dev.holdfast.it.Findings.Kind.INCONSISTENT;
import static dev.holdfast.it.Findings.Kind.LOST;

import dev.holdfast.testing.Poll;
import dev.holdfast.testing.rpc.Requests;
import dev.holdfast.testing.rpc.Stubs;
import dev.holdfast.v1.AvailableResponse;
import dev.holdfast.v1.ListReservationsRequest;
import dev.holdfast.v1.ListReservationsResponse;
import dev.holdfast.v1.Reservation;
import dev.holdfast.v1.ReservationState;
import dev.holdfast.v1.Slot;
import dev.holdfast.v1.VerifyResponse;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Compares a repository at rest with the books of all its callers. */
final class Inspection {
  private static final int PAGE = 300;

  private final Stubs stubs;
  private final String repositoryId;
  private final long capacityBytes;
  private final Findings findings;

  Inspection(Stubs stubs, String repositoryId, long capacityBytes, Findings findings) {
    this.stubs = stubs;
    this.repositoryId = repositoryId;
    this.capacityBytes = capacityBytes;
    this.findings = findings;
  }

  void inspect(List<WorkloadBooks> workloads) throws Exception {
    Poll.until("brief leases have run out", () -> noneIsBrief(workloads, everyReservation()));
    Map<Slot, Reservation> found = everyReservation();
    for (WorkloadBooks books : workloads) {
      List<Slot> brief = books.held().keySet().stream().filter(slot -> !books.lasts(slot)).toList();
      brief.forEach(books::expire);
    }
    compare(workloads, found);
    compareSums(workloads, found);
  }

  private static boolean noneIsBrief(List<WorkloadBooks> workloads, Map<Slot, Reservation> found) {
    return workloads.stream()
        .flatMap(books -> books.held().entrySet().stream())
        .noneMatch(held -> held.getValue().brief() && found.containsKey(held.getKey()));
  }

  private Map<Slot, Reservation> everyReservation() {
    Map<Slot, Reservation> found = new HashMap<>();
    String token = "";
    do {
      ListReservationsResponse page =
          stubs
              .reservations()
              .listReservations(
                  ListReservationsRequest.newBuilder()
                      .setRepositoryId(repositoryId)
                      .setPageSize(PAGE)
                      .setPageToken(token)
                      .build());
      page.getReservationsList()
          .forEach(reservation -> found.put(reservation.getSlot(), reservation));
      token = page.getNextPageToken();
    } while (!token.isEmpty());
    return found;
  }

  private void compare(List<WorkloadBooks> workloads, Map<Slot, Reservation> found) {
    Map<Slot, Reservation> unexpected = new HashMap<>(found);
    for (WorkloadBooks books : workloads) {
      books
          .held()
          .forEach(
              (slot, held) -> {
                Reservation reservation = unexpected.remove(slot);
                findings.require(
                    reservation != null && same(held, reservation),
                    LOST,
                    held + " of " + slot + " is now " + reservation);
              });
    }
    for (Reservation reservation : unexpected.values()) {
      boolean released =
          workloads.stream()
              .anyMatch(
                  books -> books.wasReleased(reservation.getSlot(), reservation.getGeneration()));
      findings.add(released ? LOST : INCONSISTENT, "nobody holds " + reservation);
    }
  }

  private static boolean same(WorkloadBooks.Held held, Reservation reservation) {
    return held.generation() == reservation.getGeneration()
        && held.amountBytes() == reservation.getAmountBytes()
        && held.filled() == (reservation.getState() == ReservationState.RESERVATION_STATE_FILLED);
  }

  private void compareSums(List<WorkloadBooks> workloads, Map<Slot, Reservation> found) {
    long unassigned = workloads.stream().mapToLong(WorkloadBooks::unassignedBytes).sum();
    long held =
        workloads.stream()
            .flatMap(books -> books.held().values().stream())
            .mapToLong(WorkloadBooks.Held::amountBytes)
            .sum();
    AvailableResponse books = stubs.repositories().available(Requests.available(repositoryId));
    long expected = capacityBytes - held - unassigned;
    // More than there should be was given back twice.
    findings.require(
        books.getAvailableBytes() == expected,
        books.getAvailableBytes() > expected ? DOUBLE_RELEASE : INCONSISTENT,
        books + " where " + held + " bytes are held and " + unassigned + " unassigned");
    findings.require(
        books.getUnassignedBytes() == unassigned, LOST, "not " + unassigned + ": " + books);
    findings.require(
        books.getRevision() >= findings.newestRevision(),
        INCONSISTENT,
        "revision " + findings.newestRevision() + " is now " + books.getRevision());
    findings.saw(books.getRevision());

    VerifyResponse verified = stubs.repositories().verify(Requests.verify(repositoryId));
    findings.require(
        verified.getConsistent() && verified.getReservationCount() == found.size(),
        INCONSISTENT,
        verified.toString());
  }
}
