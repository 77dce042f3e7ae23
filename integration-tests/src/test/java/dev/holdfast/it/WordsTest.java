package dev.holdfast.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Duration;
import dev.holdfast.testing.junit.LiveServer;
import dev.holdfast.testing.junit.RepositoryFixture;
import dev.holdfast.testing.rpc.Refusal;
import dev.holdfast.testing.rpc.Requests;
import dev.holdfast.v1.CreateRepositoryRequest;
import dev.holdfast.v1.FillSlotRequest;
import dev.holdfast.v1.GetReservationRequest;
import dev.holdfast.v1.ListRepositoriesRequest;
import dev.holdfast.v1.ListReservationsRequest;
import dev.holdfast.v1.ReleaseReason;
import dev.holdfast.v1.ReleaseSlotRequest;
import dev.holdfast.v1.RenewLeaseRequest;
import dev.holdfast.v1.Reservation;
import dev.holdfast.v1.ReservationState;
import dev.holdfast.v1.ReserveSlotRequest;
import dev.holdfast.v1.Slot;
import dev.holdfast.v1.UpdateRepositoryRequest;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests the valid values in requests, and that a rejection names each invalid field by its path.
 */
class WordsTest {
  private static final String HASH =
      "0x5f0ebc1d1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4cf";
  private static final Slot SLOT = Requests.slot("words", 0);
  private static final long YEAR_SECONDS = 365L * 24 * 60 * 60;

  @RegisterExtension static final LiveServer SERVER = new LiveServer();

  private RepositoryFixture ledger;

  @BeforeEach
  void makeRepository() {
    ledger = RepositoryFixture.of(SERVER, Long.MAX_VALUE);
  }

  @Test
  void aHashIsTheSameRequestHoweverItIsSpelled() {
    String digits = HASH.substring(2);
    Reservation reserved =
        ledger.reserve(Requests.slot(digits.toUpperCase(Locale.ROOT), 1), 5, "r");
    assertEquals(HASH, reserved.getSlot().getRequestId());
    for (String spelling :
        List.of(HASH, digits, "0X" + digits, "0x" + digits.toUpperCase(Locale.ROOT))) {
      assertEquals(reserved, ledger.get(Requests.slot(spelling, 1)), spelling);
      assertEquals(reserved, ledger.reserve(Requests.slot(spelling, 1), 5, "r"), spelling);
      ListReservationsRequest listing =
          ListReservationsRequest.newBuilder()
              .setRepositoryId(ledger.id())
              .setRequestId(spelling)
              .build();
      assertEquals(
          List.of(reserved), SERVER.reservations().listReservations(listing).getReservationsList());
    }
    assertEquals(1, ledger.end("0X" + digits, "").getReleasedCount());
  }

  @Test
  void whatIsNoHashIsKeptAsItIs() {
    for (String id : List.of("0xABC", HASH + "a", HASH.replace('f', 'g'), "ABC", "a/b?c=~!")) {
      assertEquals(id, ledger.reserve(Requests.slot(id, 0), 1, "").getSlot().getRequestId());
    }
  }

  @Test
  void theSmallestAndTheLargestAreTaken() {
    ReserveSlotRequest.Builder largest =
        ledger
            .reserving(Requests.slot("~".repeat(128), -1), Long.MAX_VALUE - 1, " ~".repeat(32))
            .setLease(Duration.newBuilder().setSeconds(YEAR_SECONDS));
    Reservation reserved = ledger.reserve(largest);
    assertEquals(Long.MAX_VALUE - 1, reserved.getAmountBytes());
    assertEquals(-1, reserved.getSlot().getSlotIndex(), "2^64-1");
    ledger.reserve(ledger.reserving(SLOT, 1, "").setLease(Duration.newBuilder().setNanos(1)));
    String longest = "a" + "-._".repeat(20) + "z9";
    assertEquals(63, longest.length());
    var unused = SERVER.repositories().createRepository(Requests.createRepository(longest, 1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"A", "-a", ".a", "a b", "ä", "a/b"})
  void repositoryIds(String id) {
    wrong(
        "repository_id",
        () -> SERVER.repositories().createRepository(Requests.createRepository(id, 1)));
    wrong("repository_id", () -> SERVER.repositories().available(Requests.available(id)));
  }

  @Test
  void creatingNeedsAnIdAndACapacity() {
    Refusal refused =
        Refusal.expect(
            "INVALID_ARGUMENT",
            () ->
                SERVER
                    .repositories()
                    .createRepository(CreateRepositoryRequest.getDefaultInstance()));
    assertEquals(
        List.of("capacity_bytes", "repository_id"), refused.fields().stream().sorted().toList());
    wrong(
        "capacity_bytes",
        () ->
            SERVER
                .repositories()
                .updateRepository(
                    UpdateRepositoryRequest.newBuilder().setRepositoryId(ledger.id()).build()));
    wrong(
        "capacity_bytes",
        () -> SERVER.repositories().updateRepository(Requests.updateRepository(ledger.id(), -1)));
  }

  @Test
  void requestIds() {
    for (String id : List.of("", "a b", "ä", "tab\t", "x".repeat(129))) {
      wrong("slot.request_id", () -> ledger.reserve(Requests.slot(id, 0), 1, ""));
      wrong("slot.request_id", () -> ledger.get(Requests.slot(id, 0)));
      wrong("request_id", () -> ledger.end(id, ""));
    }
  }

  @Test
  void operationIds() {
    for (String id : List.of("x".repeat(65), "ü", "line\nbreak")) {
      wrong("operation_id", () -> ledger.reserve(SLOT, 1, id));
      wrong("operation_id", () -> ledger.fill(SLOT, 0, id));
      wrong("operation_id", () -> ledger.release(SLOT, 0, id));
      wrong("operation_id", () -> ledger.end("words", id));
      wrong(
          "operation_id",
          () -> SERVER.repositories().reserve(Requests.reserve(ledger.id(), 1, id)));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, Long.MIN_VALUE})
  void amounts(long amount) {
    wrong("amount_bytes", () -> ledger.reserve(SLOT, amount, ""));
    wrong(
        "amount_bytes",
        () -> SERVER.repositories().reserve(Requests.reserve(ledger.id(), amount, "")));
  }

  @Test
  void leases() {
    for (Duration lease :
        List.of(
            Duration.getDefaultInstance(),
            Duration.newBuilder().setSeconds(-1).build(),
            Duration.newBuilder().setNanos(-1).build(),
            Duration.newBuilder().setSeconds(Long.MIN_VALUE).build(),
            Duration.newBuilder().setSeconds(Long.MAX_VALUE).build(),
            Duration.newBuilder().setNanos(1_000_000_000).build(),
            Duration.newBuilder().setSeconds(YEAR_SECONDS).setNanos(1).build())) {
      wrong("lease", () -> ledger.reserve(ledger.reserving(SLOT, 1, "").setLease(lease)));
      wrong("lease", () -> ledger.renew(SLOT, 0, lease));
    }
    wrong(
        "lease",
        () ->
            SERVER
                .reservations()
                .renewLease(
                    RenewLeaseRequest.newBuilder()
                        .setRepositoryId(ledger.id())
                        .setSlot(SLOT)
                        .build()));
  }

  @Test
  void slotsGenerationsAndReasons() {
    wrong(
        "slot",
        () ->
            SERVER
                .reservations()
                .getReservation(
                    GetReservationRequest.newBuilder().setRepositoryId(ledger.id()).build()));
    wrong(
        "slot",
        () ->
            SERVER
                .reservations()
                .fillSlot(FillSlotRequest.newBuilder().setRepositoryId(ledger.id()).build()));
    wrong("generation", () -> ledger.fill(SLOT, -1, ""));
    wrong("generation", () -> ledger.release(SLOT, -1, ""));
    wrong("generation", () -> ledger.renew(SLOT, -1, Requests.millis(1)));
    for (ReleaseReason reason :
        List.of(
            ReleaseReason.RELEASE_REASON_LEASE_EXPIRED, ReleaseReason.RELEASE_REASON_RECONCILED)) {
      wrong("reason", () -> ledger.release(SLOT, 0, reason, ""));
    }
    wrong(
        "reason",
        () ->
            SERVER
                .reservations()
                .releaseSlot(
                    ReleaseSlotRequest.newBuilder()
                        .setRepositoryId(ledger.id())
                        .setSlot(SLOT)
                        .setReasonValue(99)
                        .build()));
  }

  @Test
  void pagesAndStates() {
    wrong(
        "page_size",
        () ->
            SERVER
                .repositories()
                .listRepositories(ListRepositoriesRequest.newBuilder().setPageSize(-1).build()));
    ListReservationsRequest listing =
        ListReservationsRequest.newBuilder().setRepositoryId(ledger.id()).build();
    wrong(
        "page_size",
        () -> SERVER.reservations().listReservations(listing.toBuilder().setPageSize(-1).build()));
    wrong(
        "state",
        () ->
            SERVER
                .reservations()
                .listReservations(
                    listing.toBuilder()
                        .setState(ReservationState.RESERVATION_STATE_RELEASED)
                        .build()));
    wrong(
        "request_id",
        () ->
            SERVER
                .reservations()
                .listReservations(listing.toBuilder().setRequestId("a b").build()));
  }

  @Test
  void everythingThatIsWrongIsNamedAtOnce() {
    Refusal refused =
        Refusal.expect(
            "INVALID_ARGUMENT",
            () -> ledger.reserve(ledger.reserving(Requests.slot("", 0), 0, "x".repeat(65))));
    assertEquals(
        List.of("amount_bytes", "operation_id", "slot.request_id"),
        refused.fields().stream().sorted().toList());
    for (String field : refused.fields()) {
      assertTrue(refused.message().contains(field), refused.message());
    }
  }

  private static void wrong(String field, Refusal.Call call) {
    Refusal refused = Refusal.expect("INVALID_ARGUMENT", call);
    assertEquals(List.of(field), refused.fields());
    assertEquals(field, refused.fact("field"));
    assertTrue(refused.message().contains(field), refused.message());
  }
}
