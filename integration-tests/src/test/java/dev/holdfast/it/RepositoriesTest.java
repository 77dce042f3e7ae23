package dev.holdfast.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.v1.AvailableResponse;
import dev.holdfast.v1.CreateRepositoryRequest;
import dev.holdfast.v1.DeleteRepositoryRequest;
import dev.holdfast.v1.GetRepositoryRequest;
import dev.holdfast.v1.ReleaseRequest;
import dev.holdfast.v1.ReleaseSlotResponse;
import dev.holdfast.v1.Repository;
import dev.holdfast.v1.ReserveRequest;
import dev.holdfast.v1.Slot;
import dev.holdfast.v1.UpdateRepositoryRequest;
import dev.holdfast.v1.VerifyResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Repositories: made, made smaller, emptied, deleted, made again. */
class RepositoriesTest {
  private static final Slot SLOT = Ledger.slot("repositories", 0);

  @RegisterExtension static final LiveServer SERVER = new LiveServer();

  @Test
  void whatIsZeroOrFalseIsSetAllTheSame() {
    Ledger ledger = Ledger.of(SERVER, 1000);
    Repository made = get(ledger);
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
    Ledger ledger = Ledger.of(SERVER, 1000);
    Refused refused = Refused.with("REPOSITORY_ALREADY_EXISTS", () -> create(ledger, 2000));
    assertEquals(1000, refused.number("capacity_bytes"));
    Ledger nowhere = new Ledger(SERVER, "nowhere");
    Refused.with("REPOSITORY_NOT_FOUND", () -> get(nowhere));
    Refused.with("REPOSITORY_NOT_FOUND", nowhere::available);
    Refused.with("REPOSITORY_NOT_FOUND", nowhere::verify);
    Refused.with("REPOSITORY_NOT_FOUND", () -> nowhere.get(SLOT));
    Refused.with("REPOSITORY_NOT_FOUND", () -> nowhere.reserve(SLOT, 1, ""));
    Refused.with("REPOSITORY_NOT_FOUND", () -> update(nowhere, 1));
    Refused.with("REPOSITORY_NOT_FOUND", () -> delete(nowhere));
  }

  @Test
  void itMayBecomeSmallerThanWhatIsReserved() {
    Ledger ledger = Ledger.of(SERVER, 1000);
    long generation = ledger.reserve(SLOT, 700, "").getGeneration();
    Repository smaller = update(ledger, 600);
    assertEquals(0, smaller.getAvailableBytes());
    assertEquals(100, smaller.getOvercommittedBytes());
    Refused full =
        Refused.with("INSUFFICIENT_STORAGE", () -> ledger.reserve(Ledger.slot("more", 0), 1, ""));
    assertEquals(0, full.number("available_bytes"));

    Repository none = update(ledger, 0);
    assertEquals(700, none.getOvercommittedBytes());
    ReleaseSlotResponse released = ledger.release(SLOT, generation, "");
    assertEquals(700, released.getReleasedBytes(), "releases always pass");
    assertEquals(0, released.getAvailableBytes());
    assertEquals(0, get(ledger).getOvercommittedBytes());

    long revision = get(ledger).getRevision();
    assertEquals(10, update(ledger, 10).getAvailableBytes());
    assertEquals(revision + 1, get(ledger).getRevision());
    assertEquals(revision + 1, update(ledger, 10).getRevision(), "the same again changes nothing");
  }

  @Test
  void unassignedBytesAreNeverThoseOfASlot() {
    Ledger ledger = Ledger.of(SERVER, 1000);
    ledger.reserve(SLOT, 700, "");
    Refused more = Refused.with("INSUFFICIENT_STORAGE", () -> reserve(ledger, 301));
    assertEquals(300, more.number("available_bytes"));
    reserve(ledger, 300);
    Refused refused = Refused.with("RELEASE_EXCEEDS_UNASSIGNED", () -> release(ledger, 301));
    assertEquals(301, refused.number("requested_bytes"));
    assertEquals(300, refused.number("unassigned_bytes"));
    release(ledger, 300);
    assertEquals(700, ledger.available().getReservedBytes());
    assertEquals(700, ledger.get(SLOT).getAmountBytes());
  }

  @Test
  void onlyAnEmptyOneIsDeleted() {
    Ledger ledger = Ledger.of(SERVER, 1000);
    ledger.reserve(SLOT, 700, "");
    Refused refused = Refused.with("REPOSITORY_NOT_EMPTY", () -> delete(ledger));
    assertEquals(700, refused.number("reserved_bytes"));
    assertEquals(1, refused.number("reservation_count"));
    ledger.release(SLOT, 0, "");
    reserve(ledger, 1);
    Refused.with("REPOSITORY_NOT_EMPTY", () -> delete(ledger));
    release(ledger, 1);
    delete(ledger);
    Refused.with("REPOSITORY_NOT_FOUND", () -> get(ledger));
    Refused.with("REPOSITORY_NOT_FOUND", () -> delete(ledger));
  }

  @Test
  void oneThatIsMadeAgainGoesOn() throws Exception {
    Ledger ledger = Ledger.of(SERVER, 1000);
    long generation = ledger.reserve(SLOT, 700, "r").getGeneration();
    ledger.release(SLOT, generation, "x");
    long revision = get(ledger).getRevision();
    delete(ledger);
    SERVER.restart();

    Repository again = create(ledger, 500);
    assertEquals(revision + 2, again.getRevision(), "deletion and creation are changes");
    assertEquals(500, again.getAvailableBytes());
    Refused refused = Refused.with("RESERVATION_RELEASED", () -> ledger.reserve(SLOT, 700, "r"));
    assertEquals(generation, refused.number("generation"));
    assertFalse(ledger.release(SLOT, generation, "x").getAlreadyReleased());
    assertTrue(ledger.release(SLOT, generation, "y").getAlreadyReleased());
    assertTrue(ledger.reserve(SLOT, 1, "r2").getGeneration() > revision + 2);
    assertTrue(ledger.verify().getConsistent());
  }

  private static Repository create(Ledger ledger, long capacityBytes) {
    return SERVER
        .repositories()
        .createRepository(
            CreateRepositoryRequest.newBuilder()
                .setRepositoryId(ledger.id())
                .setCapacityBytes(capacityBytes)
                .build())
        .getRepository();
  }

  private static Repository get(Ledger ledger) {
    return SERVER
        .repositories()
        .getRepository(GetRepositoryRequest.newBuilder().setRepositoryId(ledger.id()).build())
        .getRepository();
  }

  private static Repository update(Ledger ledger, long capacityBytes) {
    return SERVER
        .repositories()
        .updateRepository(
            UpdateRepositoryRequest.newBuilder()
                .setRepositoryId(ledger.id())
                .setCapacityBytes(capacityBytes)
                .build())
        .getRepository();
  }

  private static void delete(Ledger ledger) {
    var unused =
        SERVER
            .repositories()
            .deleteRepository(
                DeleteRepositoryRequest.newBuilder().setRepositoryId(ledger.id()).build());
  }

  private static void reserve(Ledger ledger, long amountBytes) {
    var unused =
        SERVER
            .repositories()
            .reserve(
                ReserveRequest.newBuilder()
                    .setRepositoryId(ledger.id())
                    .setAmountBytes(amountBytes)
                    .build());
  }

  private static void release(Ledger ledger, long amountBytes) {
    var unused =
        SERVER
            .repositories()
            .release(
                ReleaseRequest.newBuilder()
                    .setRepositoryId(ledger.id())
                    .setAmountBytes(amountBytes)
                    .build());
  }
}
