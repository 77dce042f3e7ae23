package dev.holdfast.client.errors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.client.model.ReleaseReason;
import dev.holdfast.client.model.Reservation;
import dev.holdfast.client.model.ReservationState;
import dev.holdfast.client.model.Slot;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Exceptions that a user's test makes have the same facts as those of a server's answers. */
class ExceptionFactoriesTest {
  private static final Slot SLOT = new Slot("request", -1);

  @Test
  void theFactsThatAreGivenAreTheFactsThatAreRead() {
    assertEquals(41, GenerationMismatchException.of(41).currentGeneration());

    var storage = InsufficientStorageException.of(401, 400);
    assertEquals(401, storage.requestedBytes());
    assertEquals(400, storage.availableBytes());

    assertEquals(1_000, RepositoryAlreadyExistsException.of("cold", 1_000).capacityBytes());

    var released = ReservationReleasedException.of(41, 600, ReleaseReason.LEASE_EXPIRED);
    assertEquals(41, released.generation());
    assertEquals(600, released.amountBytes());
    assertEquals(ReleaseReason.LEASE_EXPIRED, released.releaseReason());

    assertEquals(900, RevisionCompactedException.of(900).oldestRevision());
    assertEquals(900, RevisionInFutureException.of(900).currentRevision());

    var reserved = SlotAlreadyReservedException.of(41, 600, ReservationState.FILLED);
    assertEquals(41, reserved.currentGeneration());
    assertEquals(600, reserved.amountBytes());
    assertEquals(ReservationState.FILLED, reserved.state());

    var version = VersionMismatchException.of(6, 7);
    assertEquals(6, version.expectedVersion());
    assertEquals(7, version.currentVersion());

    assertEquals("a1", OutcomeUnknownException.of("a1").operationId());
    assertNull(OutcomeUnknownException.of(null).operationId());
  }

  @Test
  void eachHasTheReasonOfItsClass() {
    Map<HoldfastException, ErrorReason> reasons =
        Map.ofEntries(
            Map.entry(GenerationMismatchException.of(1), ErrorReason.GENERATION_MISMATCH),
            Map.entry(InsufficientStorageException.of(2, 1), ErrorReason.INSUFFICIENT_STORAGE),
            Map.entry(KeyNotFoundException.of("", "cursor"), ErrorReason.KEY_NOT_FOUND),
            Map.entry(OfferNotFoundException.of("", "cold"), ErrorReason.OFFER_NOT_FOUND),
            Map.entry(
                RepositoryAlreadyExistsException.of("cold", 1),
                ErrorReason.REPOSITORY_ALREADY_EXISTS),
            Map.entry(RepositoryNotFoundException.of("cold"), ErrorReason.REPOSITORY_NOT_FOUND),
            Map.entry(ReservationNotFoundException.of(SLOT), ErrorReason.RESERVATION_NOT_FOUND),
            Map.entry(
                ReservationReleasedException.of(1, 1, ReleaseReason.RECONCILED),
                ErrorReason.RESERVATION_RELEASED),
            Map.entry(RevisionCompactedException.of(1), ErrorReason.REVISION_COMPACTED),
            Map.entry(RevisionInFutureException.of(1), ErrorReason.REVISION_IN_FUTURE),
            Map.entry(
                SlotAlreadyReservedException.of(1, 1, ReservationState.RESERVED),
                ErrorReason.SLOT_ALREADY_RESERVED),
            Map.entry(VersionMismatchException.of(0, 1), ErrorReason.VERSION_MISMATCH),
            Map.entry(UnavailableException.of(ErrorReason.DRAINING), ErrorReason.DRAINING),
            Map.entry(OutcomeUnknownException.of("a1"), ErrorReason.NONE));
    reasons.forEach((exception, reason) -> assertEquals(reason, exception.reason()));
  }

  @Test
  void metadataIsThatOfTheServer() {
    assertEquals(
        Map.of("request_id", "request", "slot_index", "18446744073709551615"),
        ReservationNotFoundException.of(SLOT).metadata());
    assertEquals(
        Map.of("repository_id", "default", "key", "cursor"),
        KeyNotFoundException.of("default", "cursor").metadata());
    assertEquals(
        Map.of("repository_id", "default", "offer_id", "cold"),
        OfferNotFoundException.of("default", "cold").metadata());
  }

  @Test
  void onlyReasonsThatMeanUnavailableMakeThatException() {
    for (ErrorReason reason :
        List.of(
            ErrorReason.OVERLOADED,
            ErrorReason.DRAINING,
            ErrorReason.STORE_UNAVAILABLE,
            ErrorReason.NONE)) {
      assertEquals(reason, UnavailableException.of(reason).reason());
    }
    assertThrows(
        IllegalArgumentException.class, () -> UnavailableException.of(ErrorReason.SLOT_FILLED));
  }

  @Test
  void reasonsWithoutAClassAreMadeOfFacts() {
    var filled =
        new HoldfastException(
            HoldfastException.Facts.of(
                ErrorReason.SLOT_FILLED, Map.of("current_generation", "41")));
    assertEquals(ErrorReason.SLOT_FILLED, filled.reason());
    assertEquals("SLOT_FILLED", filled.reasonName());
    assertEquals(Map.of("current_generation", "41"), filled.metadata());
    assertTrue(filled.getMessage().contains("SLOT_FILLED"), filled.getMessage());
  }

  @Test
  void theEndsOfASaleAreMadeOfItsReservation() {
    Reservation reservation =
        new Reservation(
            "default", SLOT, 600, ReservationState.RESERVED, 41, null, Instant.EPOCH, null, "cold");
    HoldfastException cause = ReservationNotFoundException.of(SLOT);
    LeaseLostException lost = new LeaseLostException(reservation, cause);
    assertSame(reservation, lost.reservation());
    assertSame(cause, lost.getCause());
    SaleUnsettledException unsettled = new SaleUnsettledException(reservation, cause);
    assertSame(reservation, unsettled.reservation());
    assertSame(cause, unsettled.getCause());
  }
}
