package dev.holdfast.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.holdfast.testing.junit.LiveServer;
import dev.holdfast.testing.junit.RepositoryFixture;
import dev.holdfast.testing.rpc.Refusal;
import dev.holdfast.testing.rpc.Requests;
import dev.holdfast.v1.EndRequestResponse;
import dev.holdfast.v1.ReleaseReason;
import dev.holdfast.v1.ReleaseResponse;
import dev.holdfast.v1.ReleaseSlotResponse;
import dev.holdfast.v1.Reservation;
import dev.holdfast.v1.ReservationState;
import dev.holdfast.v1.ReserveResponse;
import dev.holdfast.v1.Slot;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A change that is sent again is answered as before and made once; its id is good for no other. */
class OperationIdsTest {
  private static final Slot SLOT = Requests.slot("operations", 1);
  private static final ReleaseReason ENDED = ReleaseReason.RELEASE_REASON_REQUEST_ENDED;

  @RegisterExtension static final LiveServer SERVER = new LiveServer();

  private RepositoryFixture ledger;

  @BeforeEach
  void makeRepository() {
    ledger = RepositoryFixture.of(SERVER, 1000);
  }

  @Test
  void aReserveIsAnsweredWithTodaysState() {
    Reservation first = ledger.reserve(SLOT, 100, "r");
    assertEquals(first, ledger.reserve(SLOT, 100, "r"));
    // Callers compute the lease anew each time.
    assertEquals(
        first, ledger.reserve(ledger.reserving(SLOT, 100, "r").setLease(Requests.millis(60_000))));
    Reservation filled = ledger.fill(SLOT, first.getGeneration(), "f");
    assertEquals(filled, ledger.reserve(SLOT, 100, "r"));
    assertEquals(900, ledger.available().getAvailableBytes());
  }

  @Test
  void aFillIsAnsweredAlsoAfterTheRelease() {
    long generation = ledger.reserve(SLOT, 100, "r").getGeneration();
    Reservation filled = ledger.fill(SLOT, generation, "f");
    long revision = ledger.available().getRevision();
    assertEquals(filled, ledger.fill(SLOT, generation, "f"));
    assertEquals(revision, ledger.available().getRevision());

    ledger.release(SLOT, generation, ENDED, "e");
    assertEquals(
        filled.toBuilder().setState(ReservationState.RESERVATION_STATE_RELEASED).build(),
        ledger.fill(SLOT, generation, "f"));
  }

  @Test
  void aReleaseSaysAgainThatItReleased() {
    long generation = ledger.reserve(SLOT, 100, "r").getGeneration();
    ledger.release(SLOT, generation, "x");
    ledger.reserve(Requests.slot("operations", 2), 10, "");

    ReleaseSlotResponse again = ledger.release(SLOT, generation, "x");
    assertEquals(100, again.getReleasedBytes());
    assertFalse(again.getAlreadyReleased());
    assertEquals(990, again.getAvailableBytes(), "what is available is today's");
    // A reason left out and the reason that it means are the same.
    assertEquals(
        again, ledger.release(SLOT, generation, ReleaseReason.RELEASE_REASON_ATTEMPT_FAILED, "x"));
    assertEquals(
        true, ledger.release(SLOT, generation, "y").getAlreadyReleased(), "another operation");
  }

  @Test
  void anEndIsAnsweredAsItWas() {
    ledger.reserve(SLOT, 100, "r");
    ledger.reserve(Requests.slot("operations", 2), 11, "r");
    EndRequestResponse first = ledger.end("operations", "e");
    assertEquals(2, first.getReleasedCount());
    assertEquals(111, first.getReleasedBytes());

    Reservation later = ledger.reserve(SLOT, 50, "r2");
    EndRequestResponse again = ledger.end("operations", "e");
    assertEquals(2, again.getReleasedCount());
    assertEquals(111, again.getReleasedBytes());
    assertEquals(950, again.getAvailableBytes());
    assertEquals(later, ledger.get(SLOT), "a late duplicate ends nothing new");
  }

  @Test
  void unassignedBytesAreReservedAndReleasedOnce() {
    ReserveResponse reserved = ledger.reserveUnassigned(100, "u");
    assertEquals(100, reserved.getUnassignedBytes());
    assertEquals(reserved, ledger.reserveUnassigned(100, "u"));

    ReleaseResponse released = ledger.releaseUnassigned(40, "v");
    assertEquals(60, released.getUnassignedBytes());
    assertEquals(released, ledger.releaseUnassigned(40, "v"));
    assertEquals(60, ledger.reserveUnassigned(100, "u").getUnassignedBytes(), "today's");
    assertEquals(940, ledger.available().getAvailableBytes());
  }

  @Test
  void anIdCountsWithinWhatItChanges() {
    ledger.reserve(SLOT, 100, "same");
    ledger.reserve(Requests.slot("operations", 2), 200, "same");
    ledger.reserve(Requests.slot("others", 1), 50, "same");
    ledger.reserveUnassigned(10, "same");
    assertEquals(2, ledger.end("operations", "same").getReleasedCount());
    assertEquals(60, ledger.available().getReservedBytes());
    assertEquals(1, ledger.end("others", "same").getReleasedCount());
  }

  @Test
  void whatWasRefusedIsDecidedAnew() {
    Refusal.expect("INSUFFICIENT_STORAGE", () -> ledger.reserve(SLOT, 1001, "r"));
    assertEquals(100, ledger.reserve(SLOT, 100, "r").getAmountBytes());
    Refusal.expect("RELEASE_EXCEEDS_UNASSIGNED", () -> ledger.releaseUnassigned(1, "u"));
    assertEquals(1, ledger.reserveUnassigned(1, "u").getUnassignedBytes());
    assertEquals(0, ledger.end("nothing", "e").getReleasedCount());
    ledger.reserve(Requests.slot("nothing", 0), 1, "");
    assertEquals(1, ledger.end("nothing", "e").getReleasedCount());
  }

  @Test
  void anIdOfAReserveIsGoodForNothingElse() {
    long generation = ledger.reserve(SLOT, 100, "r").getGeneration();
    reused("amount_bytes", "r", () -> ledger.reserve(SLOT, 101, "r"));
    reused("rpc", "r", () -> ledger.fill(SLOT, generation, "r"));
    reused("rpc", "r", () -> ledger.release(SLOT, generation, "r"));
    ledger.release(SLOT, generation, "x");
    reused("amount_bytes", "r", () -> ledger.reserve(SLOT, 101, "r"));
    reused("rpc", "r", () -> ledger.release(SLOT, generation, "r"));
  }

  @Test
  void anIdOfAFillIsGoodForNothingElse() {
    long generation = ledger.reserve(SLOT, 100, "r").getGeneration();
    ledger.fill(SLOT, generation, "f");
    reused("generation", "f", () -> ledger.fill(SLOT, 0, "f"));
    reused("rpc", "f", () -> ledger.reserve(SLOT, 100, "f"));
    reused("rpc", "f", () -> ledger.release(SLOT, generation, ENDED, "f"));
    assertEquals(900, ledger.available().getAvailableBytes());
  }

  @Test
  void anIdOfAReleaseIsGoodForNothingElse() {
    long generation = ledger.reserve(SLOT, 100, "r").getGeneration();
    ledger.release(SLOT, generation, "x");
    reused("reason", "x", () -> ledger.release(SLOT, generation, ENDED, "x"));
    reused("generation", "x", () -> ledger.release(SLOT, 0, "x"));
    reused("rpc", "x", () -> ledger.reserve(SLOT, 100, "x"));
    reused("rpc", "x", () -> ledger.fill(SLOT, generation, "x"));
    assertEquals(1000, ledger.available().getAvailableBytes());
  }

  @Test
  void anIdThatNamedNoGenerationStaysSo() {
    long first = ledger.reserve(SLOT, 100, "r").getGeneration();
    ledger.fill(SLOT, 0, "f");
    reused("generation", "f", () -> ledger.fill(SLOT, first, "f"));
    assertEquals(first, ledger.fill(SLOT, 0, "f").getGeneration());
    ledger.release(SLOT, 0, ENDED, "x");
    ledger.reserve(SLOT, 7, "r2");
    assertEquals(100, ledger.release(SLOT, 0, ENDED, "x").getReleasedBytes());
    reused("generation", "x", () -> ledger.release(SLOT, first, ENDED, "x"));
    assertEquals(7, ledger.get(SLOT).getAmountBytes(), "a late duplicate releases nothing new");
  }

  @Test
  void anIdOfUnassignedBytesIsGoodForNothingElse() {
    ledger.reserveUnassigned(100, "u");
    reused("amount_bytes", "u", () -> ledger.reserveUnassigned(99, "u"));
    reused("rpc", "u", () -> ledger.releaseUnassigned(100, "u"));
    ledger.releaseUnassigned(50, "v");
    reused("amount_bytes", "v", () -> ledger.releaseUnassigned(49, "v"));
    reused("rpc", "v", () -> ledger.reserveUnassigned(50, "v"));
    assertEquals(50, ledger.available().getUnassignedBytes());
  }

  private static void reused(String field, String operationId, Refusal.Call call) {
    Refusal refused = Refusal.expect("OPERATION_ID_REUSED", call);
    assertEquals(field, refused.fact("field"), refused.message());
    assertEquals(operationId, refused.fact("operation_id"));
  }
}
