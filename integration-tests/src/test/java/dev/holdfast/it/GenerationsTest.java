package dev.holdfast.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Duration;
import dev.holdfast.testing.junit.LiveServer;
import dev.holdfast.testing.junit.RepositoryFixture;
import dev.holdfast.testing.rpc.Refusal;
import dev.holdfast.testing.rpc.Requests;
import dev.holdfast.v1.ReleaseReason;
import dev.holdfast.v1.ReleaseSlotResponse;
import dev.holdfast.v1.Reservation;
import dev.holdfast.v1.ReservationState;
import dev.holdfast.v1.Slot;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract's table of generations, a row a test. */
class GenerationsTest {
  private static final Slot SLOT = Requests.slot("generations", 5);
  private static final Duration LEASE = Requests.millis(3_600_000);
  private static final long NEVER = 1_000_000;

  @RegisterExtension static final LiveServer SERVER = new LiveServer();

  private RepositoryFixture ledger;

  @BeforeEach
  void makeRepository() {
    ledger = RepositoryFixture.of(SERVER, 1000);
  }

  @Test
  void zeroMeansTheCurrentOne() {
    long generation = ledger.reserve(SLOT, 100, "").getGeneration();
    assertEquals(generation, ledger.renew(SLOT, 0, LEASE).getGeneration());
    assertEquals(generation, ledger.fill(SLOT, 0, "").getGeneration());
    assertReleased(
        100, false, ledger.release(SLOT, 0, ReleaseReason.RELEASE_REASON_REQUEST_ENDED, ""));
    Refusal.expect("RESERVATION_NOT_FOUND", () -> ledger.get(SLOT));
  }

  @Test
  void theCurrentOneIsActedUpon() {
    long generation = ledger.reserve(SLOT, 100, "").getGeneration();
    assertEquals(generation, ledger.renew(SLOT, generation, LEASE).getGeneration());
    assertEquals(
        ReservationState.RESERVATION_STATE_FILLED, ledger.fill(SLOT, generation, "").getState());
    assertReleased(
        100,
        false,
        ledger.release(SLOT, generation, ReleaseReason.RELEASE_REASON_REQUEST_ENDED, ""));
    assertEquals(1000, ledger.available().getAvailableBytes());
  }

  @Test
  void zeroWhereAllAreReleasedIsTheLatest() {
    reserveAndRelease(100);
    reserveAndRelease(70);

    assertReleased(70, true, ledger.release(SLOT, 0, ""));
    refusesToFillAndRenew("RESERVATION_NOT_FOUND", 0);
    assertEquals(1000, ledger.available().getAvailableBytes());
  }

  @Test
  void aReleasedOneIsAnsweredWithItsOwnAmountWhateverTheSlotHasNow() {
    long first = reserveAndRelease(100);
    assertReleased(100, true, ledger.release(SLOT, first, ""));
    refusesToFillAndRenew("RESERVATION_NOT_FOUND", first);

    Reservation second = ledger.reserve(SLOT, 70, "");
    assertReleased(100, true, ledger.release(SLOT, first, ""));
    refusesToFillAndRenew("RESERVATION_NOT_FOUND", first);
    assertEquals(second, ledger.get(SLOT), "a late release of an old attempt touches no newer one");
    assertEquals(930, ledger.available().getAvailableBytes());
  }

  @Test
  void anotherOneIsAMismatch() {
    long current = ledger.reserve(SLOT, 100, "").getGeneration();
    Refusal refused = Refusal.expect("GENERATION_MISMATCH", () -> ledger.release(SLOT, NEVER, ""));
    assertEquals(current, refused.number("current_generation"));
    refusesToFillAndRenew("GENERATION_MISMATCH", NEVER);

    ledger.release(SLOT, current, "");
    Refusal remembered =
        Refusal.expect("GENERATION_MISMATCH", () -> ledger.release(SLOT, NEVER, ""));
    assertEquals(0, remembered.number("current_generation"));
    refusesToFillAndRenew("GENERATION_MISMATCH", NEVER);
  }

  @Test
  void whereNothingIsRememberedThereIsNoReservation() {
    for (long generation : new long[] {0, NEVER}) {
      Refusal.expect("RESERVATION_NOT_FOUND", () -> ledger.release(SLOT, generation, ""));
      refusesToFillAndRenew("RESERVATION_NOT_FOUND", generation);
    }
  }

  @Test
  void aFilledSlotIsReleasedOnlyBecauseItsRequestEnded() {
    long generation = ledger.reserve(SLOT, 100, "").getGeneration();
    Reservation filled = ledger.fill(SLOT, generation, "");
    Refusal refused =
        Refusal.expect("SLOT_FILLED", () -> ledger.release(SLOT, generation, "attempt"));
    assertEquals(generation, refused.number("current_generation"));
    Refusal.expect("SLOT_FILLED", () -> ledger.renew(SLOT, generation, LEASE));
    assertEquals(filled, ledger.get(SLOT));
    assertEquals(filled, ledger.fill(SLOT, generation, "again"), "a second time is OK");

    // A rejected operation is not remembered, so its id can be used for another one.
    assertReleased(
        100,
        false,
        ledger.release(SLOT, generation, ReleaseReason.RELEASE_REASON_REQUEST_ENDED, "attempt"));
  }

  @Test
  void generationsAreRevisionsAndTheRevisionRisesByOneAChange() {
    long revision = ledger.available().getRevision();
    long generation = ledger.reserve(SLOT, 100, "").getGeneration();
    assertEquals(revision + 1, generation);
    ledger.renew(SLOT, generation, LEASE);
    assertEquals(revision + 1, ledger.available().getRevision(), "a renewed lease is no change");
    ledger.fill(SLOT, generation, "");
    ledger.fill(SLOT, generation, "");
    assertEquals(revision + 2, ledger.available().getRevision());
    ledger.reserve(Requests.slot("generations", 6), 1, "");
    assertEquals(2, ledger.end("generations", "").getReleasedCount());
    assertEquals(revision + 5, ledger.available().getRevision());
  }

  private long reserveAndRelease(long amountBytes) {
    long generation = ledger.reserve(SLOT, amountBytes, "").getGeneration();
    assertReleased(amountBytes, false, ledger.release(SLOT, generation, ""));
    return generation;
  }

  private void refusesToFillAndRenew(String reason, long generation) {
    Refusal.expect(reason, () -> ledger.fill(SLOT, generation, ""));
    Refusal.expect(reason, () -> ledger.renew(SLOT, generation, LEASE));
  }

  private static void assertReleased(long bytes, boolean before, ReleaseSlotResponse answer) {
    assertEquals(bytes, answer.getReleasedBytes());
    if (before) {
      assertTrue(answer.getAlreadyReleased());
    } else {
      assertFalse(answer.getAlreadyReleased());
    }
  }
}
