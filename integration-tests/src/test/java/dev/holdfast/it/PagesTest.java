package dev.holdfast.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.testing.junit.LiveServer;
import dev.holdfast.testing.junit.RepositoryFixture;
import dev.holdfast.testing.rpc.Refusal;
import dev.holdfast.testing.rpc.Requests;
import dev.holdfast.v1.ApplyRequest;
import dev.holdfast.v1.ListRepositoriesRequest;
import dev.holdfast.v1.ListRepositoriesResponse;
import dev.holdfast.v1.ListReservationsRequest;
import dev.holdfast.v1.ListReservationsResponse;
import dev.holdfast.v1.Reservation;
import dev.holdfast.v1.ReservationState;
import dev.holdfast.v1.Slot;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Long answers come in pages, in order, each slot once; a token is good for its own question. */
class PagesTest {
  @RegisterExtension static final LiveServer SERVER = new LiveServer();

  @Test
  void reservationsComeByRequestThenSlot() {
    RepositoryFixture ledger = RepositoryFixture.of(SERVER, 1000);
    // As unsigned numbers the slots sort 2, 10, 2^64-1.
    for (String request : List.of("b", "a", "a-longer", "B")) {
      for (long index : new long[] {10, -1, 2}) {
        ledger.reserve(Requests.slot(request, index), 1, "");
      }
    }
    List<Slot> expected = new ArrayList<>();
    for (String request : List.of("B", "a", "a-longer", "b")) {
      for (long index : new long[] {2, 10, -1}) {
        expected.add(Requests.slot(request, index));
      }
    }
    for (int size : new int[] {0, 1, 5, 12, 13}) {
      assertEquals(expected, slots(listing(ledger).setPageSize(size)));
    }
    assertEquals(expected.subList(3, 6), slots(listing(ledger).setRequestId("a").setPageSize(2)));

    ledger.fill(Requests.slot("a", 10), 0, "");
    assertEquals(
        List.of(Requests.slot("a", 10)),
        slots(listing(ledger).setState(ReservationState.RESERVATION_STATE_FILLED)));
    assertEquals(
        11,
        slots(listing(ledger).setState(ReservationState.RESERVATION_STATE_RESERVED).setPageSize(3))
            .size());
  }

  @Test
  void aPageHasAHundredUnlessAskedForMoreAndAThousandAtMost() {
    RepositoryFixture ledger = RepositoryFixture.of(SERVER, 10_000);
    ApplyRequest.Builder many = ApplyRequest.newBuilder().setRepositoryId(ledger.id());
    for (int i = 0; i < 1100; i++) {
      many.addOperations(
          Requests.operation(ledger.reserving(Requests.slot("many", i), 1, "").build()));
    }
    assertEquals(1100, SERVER.reservations().apply(many.build()).getResultsCount());
    assertEquals(100, page(listing(ledger)).getReservationsCount());
    assertEquals(1000, page(listing(ledger).setPageSize(1_000_000)).getReservationsCount());
    assertEquals(1100, slots(listing(ledger).setPageSize(1_000_000)).size());
  }

  @Test
  void whatChangesBetweenPagesLosesAndRepeatsNothingElse() {
    RepositoryFixture ledger = RepositoryFixture.of(SERVER, 1000);
    for (int i = 0; i < 6; i++) {
      ledger.reserve(Requests.slot("moving", i * 2L), 1, "");
    }
    ListReservationsResponse first = page(listing(ledger).setPageSize(3));
    ledger.release(Requests.slot("moving", 4), 0, "");
    ledger.reserve(Requests.slot("moving", 1), 1, "");
    ledger.reserve(Requests.slot("moving", 9), 1, "");
    ListReservationsResponse second =
        page(listing(ledger).setPageSize(10).setPageToken(first.getNextPageToken()));
    assertEquals(
        List.of(6L, 8L, 9L, 10L),
        second.getReservationsList().stream().map(r -> r.getSlot().getSlotIndex()).toList());
    assertEquals("", second.getNextPageToken());
  }

  @Test
  void aTokenIsRefusedWithOtherFieldsThanItsOwn() {
    RepositoryFixture ledger = RepositoryFixture.of(SERVER, 1000);
    RepositoryFixture other = RepositoryFixture.of(SERVER, 1000);
    for (int i = 0; i < 3; i++) {
      ledger.reserve(Requests.slot("token", i), 1, "");
    }
    String token = page(listing(ledger).setPageSize(1)).getNextPageToken();
    assertEquals(2, slots(listing(ledger).setPageSize(9).setPageToken(token)).size());

    refused(listing(other).setPageToken(token));
    refused(listing(ledger).setRequestId("token").setPageToken(token));
    refused(
        listing(ledger).setState(ReservationState.RESERVATION_STATE_RESERVED).setPageToken(token));
    for (String nonsense : List.of("x", "nonsense", "!", token + "AAAA%")) {
      refused(listing(ledger).setPageToken(nonsense));
    }
  }

  @Test
  void repositoriesComeInPagesToo() {
    for (int i = 0; i < 5; i++) {
      RepositoryFixture.of(SERVER, 1);
    }
    List<String> ids = new ArrayList<>();
    String token = "";
    do {
      ListRepositoriesResponse page =
          SERVER
              .repositories()
              .listRepositories(
                  ListRepositoriesRequest.newBuilder().setPageSize(2).setPageToken(token).build());
      assertTrue(page.getRepositoriesCount() <= 2);
      page.getRepositoriesList().forEach(repository -> ids.add(repository.getRepositoryId()));
      token = page.getNextPageToken();
    } while (!token.isEmpty());
    assertTrue(ids.size() >= 5, ids::toString);
    assertEquals(ids.stream().distinct().sorted(Comparator.naturalOrder()).toList(), ids);
  }

  private static ListReservationsRequest.Builder listing(RepositoryFixture ledger) {
    return ListReservationsRequest.newBuilder().setRepositoryId(ledger.id());
  }

  private static ListReservationsResponse page(ListReservationsRequest.Builder request) {
    return SERVER.reservations().listReservations(request.build());
  }

  private static List<Slot> slots(ListReservationsRequest.Builder request) {
    List<Slot> slots = new ArrayList<>();
    ListReservationsResponse page = page(request);
    page.getReservationsList().stream().map(Reservation::getSlot).forEach(slots::add);
    while (!page.getNextPageToken().isEmpty()) {
      page = page(request.setPageToken(page.getNextPageToken()));
      page.getReservationsList().stream().map(Reservation::getSlot).forEach(slots::add);
    }
    return slots;
  }

  private static void refused(ListReservationsRequest.Builder request) {
    Refusal refused = Refusal.expect("INVALID_ARGUMENT", () -> page(request));
    assertEquals(List.of("page_token"), refused.fields());
  }
}
