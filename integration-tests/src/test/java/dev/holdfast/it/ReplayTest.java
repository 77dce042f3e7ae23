package dev.holdfast.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.testing.Poll;
import dev.holdfast.testing.junit.LiveServer;
import dev.holdfast.testing.junit.RepositoryFixture;
import dev.holdfast.testing.rpc.Refusal;
import dev.holdfast.testing.rpc.Requests;
import dev.holdfast.v1.ReleaseReason;
import dev.holdfast.v1.ReleaseSlotResponse;
import dev.holdfast.v1.Reservation;
import dev.holdfast.v1.Slot;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Late duplicates: OK always means "you hold this space", also after a kill. */
class ReplayTest {
  private static final Slot SLOT = Requests.slot("replay", 0);

  @RegisterExtension static final LiveServer SERVER = new LiveServer();

  @Test
  void aLateReserveIsToldThatItWasReleasedAndWhy() {
    RepositoryFixture ledger = RepositoryFixture.of(SERVER, 1000);
    long generation = ledger.reserve(SLOT, 100, "r").getGeneration();
    ledger.release(SLOT, generation, "x");
    assertReleased(ledger, generation, "ATTEMPT_FAILED");

    Reservation newer = ledger.reserve(SLOT, 70, "r2");
    assertReleased(ledger, generation, "ATTEMPT_FAILED");
    assertEquals(newer, ledger.get(SLOT));
    assertEquals(930, ledger.available().getAvailableBytes());
  }

  @Test
  void alsoWhereTheRequestEndedOrTheLeaseRanOut() throws Exception {
    RepositoryFixture ledger = RepositoryFixture.of(SERVER, 1000);
    long ended = ledger.reserve(SLOT, 100, "r").getGeneration();
    ledger.end("replay", "");
    assertReleased(ledger, ended, "REQUEST_ENDED");

    Slot slot = Requests.slot("leased", 0);
    ledger.reserve(ledger.reserving(slot, 100, "r").setLease(Requests.millis(1)));
    Poll.until("the lease ran out", () -> ledger.available().getReservedBytes() == 0);
    Refusal refused = Refusal.expect("RESERVATION_RELEASED", () -> ledger.reserve(slot, 100, "r"));
    assertEquals("LEASE_EXPIRED", refused.fact("reason"));
  }

  @Test
  void everythingIsRememberedAcrossAKill() throws Exception {
    RepositoryFixture ledger = RepositoryFixture.of(SERVER, 1000);
    Slot kept = Requests.slot("kept", 0);
    Slot other = Requests.slot("ended", 0);
    Reservation reserved = ledger.reserve(kept, 10, "r");
    Reservation filled = ledger.fill(kept, reserved.getGeneration(), "f");
    long released = ledger.reserve(SLOT, 100, "r").getGeneration();
    ledger.release(SLOT, released, ReleaseReason.RELEASE_REASON_REQUEST_ENDED, "x");
    ledger.reserve(other, 1, "r");
    ledger.end("ended", "e");
    long revision = ledger.available().getRevision();

    SERVER.restart();
    assertEquals(filled, ledger.get(kept));
    assertEquals(filled, ledger.reserve(kept, 10, "r"));
    assertEquals(filled, ledger.fill(kept, reserved.getGeneration(), "f"));
    assertReleased(ledger, released, "REQUEST_ENDED");
    ReleaseSlotResponse again =
        ledger.release(SLOT, released, ReleaseReason.RELEASE_REASON_REQUEST_ENDED, "x");
    assertEquals(100, again.getReleasedBytes());
    assertFalse(again.getAlreadyReleased());
    assertTrue(ledger.release(SLOT, released, "y").getAlreadyReleased());
    assertEquals(1, ledger.end("ended", "e").getReleasedCount());
    assertEquals(revision, ledger.available().getRevision());
    assertTrue(ledger.verify().getConsistent());
  }

  private static void assertReleased(RepositoryFixture ledger, long generation, String reason) {
    Refusal refused = Refusal.expect("RESERVATION_RELEASED", () -> ledger.reserve(SLOT, 100, "r"));
    assertEquals(generation, refused.number("generation"));
    assertEquals(100, refused.number("amount_bytes"));
    assertEquals(reason, refused.fact("reason"));
  }
}
