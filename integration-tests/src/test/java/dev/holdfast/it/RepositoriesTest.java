package dev.holdfast.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.testing.junit.LiveServer;
import dev.holdfast.testing.junit.RepositoryFixture;
import dev.holdfast.testing.rpc.Refusal;
import dev.holdfast.testing.rpc.Requests;
import dev.holdfast.v1.AvailableResponse;
import dev.holdfast.v1.ReleaseSlotResponse;
import dev.holdfast.v1.Repository;
import dev.holdfast.v1.Slot;
import dev.holdfast.v1.VerifyResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Repositories: made, made smaller, emptied, deleted, made again. */
class RepositoriesTest {
  private static final Slot SLOT = Requests.slot("repositories", 0);

  @RegisterExtension static final LiveServer SERVER = new LiveServer();

  @Test
  void whatIsZeroOrFalseIsSetAllTheSame() {
    RepositoryFixture ledger = RepositoryFixture.of(SERVER, 1000);
    Repository made = ledger.repository();
    assertTrue(made.hasCapacityBytes() && made.hasReservedBytes() && made.hasUnassignedBytes());
    assertTrue(made.hasAvailableBytes() && made.hasOvercommittedBytes());
    assertTrue(made.hasReservationCount() && made.hasRevision());
    assertEquals(1, made.getRevision(), "creation is a change");
    assertTrue(made.hasCreateTime() && made.hasUpdateTime());

    ledger.reserve(SLOT, 1000, "");
    AvailableResponse full = ledger.available();
    assertTrue(full.hasAvailableBytes() && full.hasUnassignedBytes() && full.hasRevision());
    assertTrue(full.hasCapacityBytes() && full.hasReservedBytes());
    assertEquals(0, full.getAvailableBytes());
    assertTrue(ledger.end("nothing", "").hasReleasedCount());
    assertTrue(ledger.end("nothing", "").hasReleasedBytes());
    assertTrue(ledger.end("nothing", "").hasAvailableBytes());
    ReleaseSlotResponse released = ledger.release(SLOT, 0, "");
    assertTrue(released.hasAlreadyReleased() && released.hasReleasedBytes());
    assertTrue(released.hasAvailableBytes());
    VerifyResponse verified = ledger.verify();
    assertTrue(verified.hasConsistent() && verified.hasRecordedBytes());
    assertTrue(verified.hasCountedBytes() && verified.hasReservationCount());
    assertTrue(verified.hasRevision());
  }

  @Test
  void oneThatExistsIsNotMadeAgain() {
    RepositoryFixture ledger = RepositoryFixture.of(SERVER, 1000);
    Refusal refused = Refusal.expect("REPOSITORY_ALREADY_EXISTS", () -> ledger.create(2000));
    assertEquals(1000, refused.number("capacity_bytes"));
    RepositoryFixture nowhere = new RepositoryFixture(SERVER, "nowhere");
    Refusal.expect("REPOSITORY_NOT_FOUND", () -> nowhere.repository());
    Refusal.expect("REPOSITORY_NOT_FOUND", nowhere::available);
    Refusal.expect("REPOSITORY_NOT_FOUND", nowhere::verify);
    Refusal.expect("REPOSITORY_NOT_FOUND", () -> nowhere.get(SLOT));
    Refusal.expect("REPOSITORY_NOT_FOUND", () -> nowhere.reserve(SLOT, 1, ""));
    Refusal.expect("REPOSITORY_NOT_FOUND", () -> nowhere.update(1));
    Refusal.expect("REPOSITORY_NOT_FOUND", () -> nowhere.delete());
  }

  @Test
  void itMayBecomeSmallerThanWhatIsReserved() {
    RepositoryFixture ledger = RepositoryFixture.of(SERVER, 1000);
    long generation = ledger.reserve(SLOT, 700, "").getGeneration();
    Repository smaller = ledger.update(600);
    assertEquals(0, smaller.getAvailableBytes());
    assertEquals(100, smaller.getOvercommittedBytes());
    Refusal full =
        Refusal.expect(
            "INSUFFICIENT_STORAGE", () -> ledger.reserve(Requests.slot("more", 0), 1, ""));
    assertEquals(0, full.number("available_bytes"));

    Repository none = ledger.update(0);
    assertEquals(700, none.getOvercommittedBytes());
    ReleaseSlotResponse released = ledger.release(SLOT, generation, "");
    assertEquals(700, released.getReleasedBytes(), "releases always pass");
    assertEquals(0, released.getAvailableBytes());
    assertEquals(0, ledger.repository().getOvercommittedBytes());

    long revision = ledger.repository().getRevision();
    assertEquals(10, ledger.update(10).getAvailableBytes());
    assertEquals(revision + 1, ledger.repository().getRevision());
    assertEquals(revision + 1, ledger.update(10).getRevision(), "the same again changes nothing");
  }

  @Test
  void unassignedBytesAreNeverThoseOfASlot() {
    RepositoryFixture ledger = RepositoryFixture.of(SERVER, 1000);
    ledger.reserve(SLOT, 700, "");
    Refusal more = Refusal.expect("INSUFFICIENT_STORAGE", () -> ledger.reserveUnassigned(301, ""));
    assertEquals(300, more.number("available_bytes"));
    ledger.reserveUnassigned(300, "");
    Refusal refused =
        Refusal.expect("RELEASE_EXCEEDS_UNASSIGNED", () -> ledger.releaseUnassigned(301, ""));
    assertEquals(301, refused.number("requested_bytes"));
    assertEquals(300, refused.number("unassigned_bytes"));
    ledger.releaseUnassigned(300, "");
    assertEquals(700, ledger.available().getReservedBytes());
    assertEquals(700, ledger.get(SLOT).getAmountBytes());
  }

  @Test
  void onlyAnEmptyOneIsDeleted() {
    RepositoryFixture ledger = RepositoryFixture.of(SERVER, 1000);
    ledger.reserve(SLOT, 700, "");
    Refusal refused = Refusal.expect("REPOSITORY_NOT_EMPTY", () -> ledger.delete());
    assertEquals(700, refused.number("reserved_bytes"));
    assertEquals(1, refused.number("reservation_count"));
    ledger.release(SLOT, 0, "");
    ledger.reserveUnassigned(1, "");
    Refusal.expect("REPOSITORY_NOT_EMPTY", () -> ledger.delete());
    ledger.releaseUnassigned(1, "");
    ledger.delete();
    Refusal.expect("REPOSITORY_NOT_FOUND", () -> ledger.repository());
    Refusal.expect("REPOSITORY_NOT_FOUND", () -> ledger.delete());
  }

  @Test
  void oneThatIsMadeAgainGoesOn() throws Exception {
    RepositoryFixture ledger = RepositoryFixture.of(SERVER, 1000);
    long generation = ledger.reserve(SLOT, 700, "r").getGeneration();
    ledger.release(SLOT, generation, "x");
    long revision = ledger.repository().getRevision();
    ledger.delete();
    SERVER.restart();

    Repository again = ledger.create(500);
    assertEquals(revision + 2, again.getRevision(), "deletion and creation are changes");
    assertEquals(500, again.getAvailableBytes());
    Refusal refused = Refusal.expect("RESERVATION_RELEASED", () -> ledger.reserve(SLOT, 700, "r"));
    assertEquals(generation, refused.number("generation"));
    assertFalse(ledger.release(SLOT, generation, "x").getAlreadyReleased());
    assertTrue(ledger.release(SLOT, generation, "y").getAlreadyReleased());
    assertTrue(ledger.reserve(SLOT, 1, "r2").getGeneration() > revision + 2);
    assertTrue(ledger.verify().getConsistent());
  }
}
