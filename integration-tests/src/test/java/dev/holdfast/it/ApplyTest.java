package dev.holdfast.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.testing.junit.LiveServer;
import dev.holdfast.testing.junit.RepositoryFixture;
import dev.holdfast.testing.rpc.Refusal;
import dev.holdfast.testing.rpc.Requests;
import dev.holdfast.v1.ApplyRequest;
import dev.holdfast.v1.ApplyResponse;
import dev.holdfast.v1.EndRequestRequest;
import dev.holdfast.v1.Operation;
import dev.holdfast.v1.OperationResult;
import dev.holdfast.v1.ReservationState;
import dev.holdfast.v1.Slot;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Many changes at once: in order, each by itself or all or none. */
class ApplyTest {
  private static final Slot A = Requests.slot("apply", 0);
  private static final Slot B = Requests.slot("apply", 1);

  @RegisterExtension static final LiveServer SERVER = new LiveServer();

  private RepositoryFixture ledger;

  @BeforeEach
  void makeRepository() {
    ledger = RepositoryFixture.of(SERVER, 1000);
  }

  @Test
  void eachResultIsTheResponseOfTheSingleCall() {
    long revision = ledger.available().getRevision();
    ApplyResponse response =
        apply(false, reserve(A, 100), renew(A), fill(A), reserve(B, 200), release(B), end());

    assertEquals(6, response.getResultsCount());
    assertEquals(
        revision + 1, response.getResults(0).getReserveSlot().getReservation().getGeneration());
    assertEquals(900, response.getResults(0).getReserveSlot().getAvailableBytes());
    assertTrue(response.getResults(1).getRenewLease().getReservation().hasLeaseExpireTime());
    assertEquals(
        ReservationState.RESERVATION_STATE_FILLED,
        response.getResults(2).getFillSlot().getReservation().getState());
    assertEquals(700, response.getResults(3).getReserveSlot().getAvailableBytes());
    assertEquals(200, response.getResults(4).getReleaseSlot().getReleasedBytes());
    assertFalse(response.getResults(4).getReleaseSlot().getAlreadyReleased());
    assertEquals(1, response.getResults(5).getEndRequest().getReleasedCount());
    assertEquals(100, response.getResults(5).getEndRequest().getReleasedBytes());
    assertEquals(1000, response.getResults(5).getEndRequest().getAvailableBytes());
    assertEquals(revision + 5, ledger.available().getRevision());
    assertTrue(ledger.verify().getConsistent());
  }

  @Test
  void withoutAtomicEachFailsByItself() {
    ApplyResponse response =
        apply(
            false,
            reserve(A, 600),
            reserve(B, 600),
            reserve(A, 1),
            reserve(B, 0),
            Operation.getDefaultInstance(),
            elsewhere(),
            reserve(B, 400));

    assertTrue(response.getResults(0).hasReserveSlot());
    Refusal tooMuch = refusal("INSUFFICIENT_STORAGE", response.getResults(1));
    assertEquals(600, tooMuch.number("requested_bytes"));
    assertEquals(400, tooMuch.number("available_bytes"));
    refusal("SLOT_ALREADY_RESERVED", response.getResults(2));
    // Just as the single call would refuse it.
    assertEquals(
        List.of("amount_bytes"), refusal("INVALID_ARGUMENT", response.getResults(3)).fields());
    assertEquals(
        List.of("operation"), refusal("INVALID_ARGUMENT", response.getResults(4)).fields());
    assertEquals(
        List.of("repository_id"), refusal("INVALID_ARGUMENT", response.getResults(5)).fields());
    assertTrue(response.getResults(6).hasReserveSlot());
    assertEquals(0, ledger.available().getAvailableBytes());
  }

  @Test
  void atomicDoesAllOrNothingAndNamesTheFirstThatFails() {
    long revision = ledger.available().getRevision();
    Refusal refused =
        Refusal.expect(
            "INSUFFICIENT_STORAGE",
            () -> apply(true, reserve(A, 600), fill(A), reserve(B, 401), release(B)));
    assertEquals(2, refused.number("operation_index"));
    assertEquals(401, refused.number("requested_bytes"));
    // As it is: the 400 that the operations before it would leave are of an Apply that never was.
    assertEquals(1000, refused.number("available_bytes"));
    assertEquals(1000, ledger.available().getAvailableBytes());
    assertEquals(revision, ledger.available().getRevision());
    Refusal.expect("RESERVATION_NOT_FOUND", () -> ledger.get(A));

    assertEquals(3, apply(true, reserve(A, 600), fill(A), reserve(B, 400)).getResultsCount());
    assertEquals(0, ledger.available().getAvailableBytes());
  }

  @Test
  void atomicTellsNoGenerationThatNeverWas() {
    Refusal refused =
        Refusal.expect("SLOT_ALREADY_RESERVED", () -> apply(true, reserve(A, 1), reserve(A, 1)));
    assertEquals(1, refused.number("operation_index"));
    assertFalse(refused.facts().containsKey("current_generation"), refused.facts().toString());

    long generation = ledger.reserve(A, 1, "").getGeneration();
    Refusal standing =
        Refusal.expect("SLOT_ALREADY_RESERVED", () -> apply(true, reserve(B, 1), reserve(A, 1)));
    assertEquals(generation, standing.number("current_generation"));
  }

  @Test
  void atomicNamesWrongFieldsByTheirPath() {
    Refusal amount =
        Refusal.expect(
            "INVALID_ARGUMENT",
            () -> apply(true, reserve(A, 1), renew(A), release(A), reserve(B, 0)));
    assertEquals(List.of("operations[3].reserve_slot.amount_bytes"), amount.fields());
    assertEquals(3, amount.number("operation_index"));
    assertTrue(amount.message().contains("operations[3].reserve_slot.amount_bytes"));

    Refusal missing =
        Refusal.expect(
            "INVALID_ARGUMENT",
            () ->
                apply(
                    true,
                    Operation.newBuilder()
                        .setEndRequest(EndRequestRequest.getDefaultInstance())
                        .build()));
    assertEquals(List.of("operations[0].end_request.request_id"), missing.fields());
    Refusal other =
        Refusal.expect("INVALID_ARGUMENT", () -> apply(true, reserve(A, 1), elsewhere()));
    assertEquals(List.of("operations[1].reserve_slot.repository_id"), other.fields());
    Refusal.expect("RESERVATION_NOT_FOUND", () -> ledger.get(A));
  }

  @Test
  void theFirstThatFailsComesBeforeOneThatIsMalformed() {
    Refusal refused =
        Refusal.expect("INSUFFICIENT_STORAGE", () -> apply(true, reserve(A, 1001), reserve(B, 0)));
    assertEquals(0, refused.number("operation_index"));
  }

  @Test
  void sentAgainItIsAnsweredAsBefore() {
    ApplyRequest request =
        ApplyRequest.newBuilder()
            .setRepositoryId(ledger.id())
            .setAtomic(true)
            .addOperations(Requests.operation(ledger.reserving(A, 100, "r").build()))
            .addOperations(Requests.operation(Requests.fillSlot("", A, 0, "f")))
            .build();
    ApplyResponse first = SERVER.reservations().apply(request);
    ApplyResponse again = SERVER.reservations().apply(request);
    assertEquals(first.getResults(1), again.getResults(1));
    assertEquals(
        first.getResults(0).getReserveSlot().getReservation().getGeneration(),
        again.getResults(0).getReserveSlot().getReservation().getGeneration());
    assertEquals(900, ledger.available().getAvailableBytes());
  }

  @Test
  void nothingAtAllIsAnsweredWithNothing() {
    assertEquals(0, apply(false).getResultsCount());
    assertEquals(0, apply(true).getResultsCount());
    Refusal.expect(
        "REPOSITORY_NOT_FOUND",
        () ->
            SERVER
                .reservations()
                .apply(
                    ApplyRequest.newBuilder()
                        .setRepositoryId("nowhere")
                        .setAtomic(true)
                        .addOperations(fill(A))
                        .build()));
  }

  private static Refusal refusal(String reason, OperationResult result) {
    assertTrue(result.hasError(), result::toString);
    Refusal refused = Refusal.of(result.getError());
    assertEquals(reason, refused.reason());
    assertFalse(refused.message().isBlank());
    return refused;
  }

  private ApplyResponse apply(boolean atomic, Operation... operations) {
    return SERVER
        .reservations()
        .apply(
            ApplyRequest.newBuilder()
                .setRepositoryId(ledger.id())
                .setAtomic(atomic)
                .addAllOperations(List.of(operations))
                .build());
  }

  private Operation reserve(Slot slot, long amountBytes) {
    return Requests.operation(ledger.reserving(slot, amountBytes, "").build());
  }

  private Operation elsewhere() {
    return Requests.operation(ledger.reserving(B, 1, "").setRepositoryId("elsewhere").build());
  }

  private static Operation renew(Slot slot) {
    return Requests.operation(Requests.renewLease("", slot, 0, Requests.millis(3_600_000)));
  }

  private static Operation fill(Slot slot) {
    return Requests.operation(Requests.fillSlot("", slot, 0, ""));
  }

  private static Operation release(Slot slot) {
    return Requests.operation(Requests.releaseSlot("", slot, 0, ""));
  }

  private static Operation end() {
    return Requests.operation(Requests.endRequest("", "apply", ""));
  }
}
