package dev.holdfast.client;

import static dev.holdfast.client.ReservationsTest.SLOT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.client.errors.ErrorReason;
import dev.holdfast.client.errors.GenerationMismatchException;
import dev.holdfast.client.errors.HoldfastException;
import dev.holdfast.client.errors.InsufficientStorageException;
import dev.holdfast.client.errors.KeyNotFoundException;
import dev.holdfast.client.errors.OfferNotFoundException;
import dev.holdfast.client.errors.OutcomeUnknownException;
import dev.holdfast.client.errors.RepositoryAlreadyExistsException;
import dev.holdfast.client.errors.RepositoryNotFoundException;
import dev.holdfast.client.errors.ReservationNotFoundException;
import dev.holdfast.client.errors.ReservationReleasedException;
import dev.holdfast.client.errors.RevisionCompactedException;
import dev.holdfast.client.errors.RevisionInFutureException;
import dev.holdfast.client.errors.SlotAlreadyReservedException;
import dev.holdfast.client.errors.UnavailableException;
import dev.holdfast.client.errors.VersionMismatchException;
import dev.holdfast.client.model.ReleaseReason;
import dev.holdfast.client.model.ReservationState;
import dev.holdfast.client.requests.Apply;
import dev.holdfast.client.requests.EndRequest;
import dev.holdfast.client.requests.RenewLease;
import dev.holdfast.client.requests.ReserveSlot;
import dev.holdfast.testing.rpc.FakeServer;
import dev.holdfast.v1.RepositoryServiceGrpc;
import dev.holdfast.v1.ReservationsServiceGrpc;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every error that ends the only attempt of a call. */
class ErrorsTest {
  private final FakeServer server = FakeServer.start();
  private final HoldfastClient client = HoldfastClient.builder(server.target()).build();

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"ERROR_REASON_UNSPECIFIED", "UNRECOGNIZED"})
  void everyReasonOfTheContractIsKnown(dev.holdfast.v1.ErrorReason wire) {
    String name = wire.name().replace("ERROR_REASON_", "");
    var metadata = Map.of("outcome", "not_applied", "k", "v");
    var e = changeFailingWith(FakeServer.error(Code.ABORTED, name, metadata));
    assertEquals(ErrorReason.valueOf(name), e.reason());
    assertEquals(name, e.reasonName());
    assertEquals(metadata, e.metadata());
    assertEquals("ReserveSlot: %s: the message of %s".formatted(name, name), e.getMessage());
    assertInstanceOf(StatusRuntimeException.class, e.getCause());
    var expected =
        switch (e.reason()) {
          case INSUFFICIENT_STORAGE -> InsufficientStorageException.class;
          case SLOT_ALREADY_RESERVED -> SlotAlreadyReservedException.class;
          case RESERVATION_RELEASED -> ReservationReleasedException.class;
          case RESERVATION_NOT_FOUND -> ReservationNotFoundException.class;
          case REPOSITORY_NOT_FOUND -> RepositoryNotFoundException.class;
          case REPOSITORY_ALREADY_EXISTS -> RepositoryAlreadyExistsException.class;
          case GENERATION_MISMATCH -> GenerationMismatchException.class;
          case OFFER_NOT_FOUND -> OfferNotFoundException.class;
          case KEY_NOT_FOUND -> KeyNotFoundException.class;
          case VERSION_MISMATCH -> VersionMismatchException.class;
          case REVISION_COMPACTED -> RevisionCompactedException.class;
          case REVISION_IN_FUTURE -> RevisionInFutureException.class;
          case OVERLOADED, DRAINING, STORE_UNAVAILABLE -> UnavailableException.class;
          default -> HoldfastException.class;
        };
    assertSame(expected, e.getClass());
  }

  @Test
  void factsAreNumbers() {
    var storage =
        assertInstanceOf(
            InsufficientStorageException.class,
            changeFailingWith(
                ours(
                    "INSUFFICIENT_STORAGE",
                    "requested_bytes",
                    "9223372036854775807",
                    "available_bytes",
                    "0")));
    assertEquals(Long.MAX_VALUE, storage.requestedBytes());
    assertEquals(0, storage.availableBytes());

    var reserved =
        assertInstanceOf(
            SlotAlreadyReservedException.class,
            changeFailingWith(
                FakeServer.error(
                    Code.ALREADY_EXISTS,
                    "SLOT_ALREADY_RESERVED",
                    Map.of("current_generation", "41", "amount_bytes", "5", "state", "FILLED"))));
    assertEquals(41, reserved.currentGeneration());
    assertEquals(5, reserved.amountBytes());
    assertEquals(ReservationState.FILLED, reserved.state());

    var released =
        assertInstanceOf(
            ReservationReleasedException.class,
            changeFailingWith(
                FakeServer.error(
                    Code.FAILED_PRECONDITION,
                    "RESERVATION_RELEASED",
                    Map.of("generation", "41", "amount_bytes", "5", "reason", "LEASE_EXPIRED"))));
    assertEquals(41, released.generation());
    assertEquals(5, released.amountBytes());
    assertEquals(ReleaseReason.LEASE_EXPIRED, released.releaseReason());

    var mismatch =
        assertInstanceOf(
            GenerationMismatchException.class,
            changeFailingWith(
                ours("GENERATION_MISMATCH", "generation", "1", "current_generation", "2")));
    assertEquals(2, mismatch.currentGeneration());

    var exists =
        assertInstanceOf(
            RepositoryAlreadyExistsException.class,
            changeFailingWith(ours("REPOSITORY_ALREADY_EXISTS", "k", "v", "capacity_bytes", "3")));
    assertEquals(3, exists.capacityBytes());
  }

  @Test
  void aFactThatWasNotSentIsMinusOne() {
    var e =
        assertInstanceOf(
            InsufficientStorageException.class,
            changeFailingWith(ours("INSUFFICIENT_STORAGE", "requested_bytes", "many", "k", "v")));
    assertEquals(-1, e.requestedBytes());
    assertEquals(-1, e.availableBytes());
    var reserved =
        assertInstanceOf(
            SlotAlreadyReservedException.class,
            changeFailingWith(ours("SLOT_ALREADY_RESERVED", "a", "b", "k", "v")));
    assertEquals(ReservationState.UNRECOGNIZED, reserved.state());
  }

  @Test
  void aReasonOfTheFutureIsKept() {
    var e = changeFailingWith(FakeServer.error(Code.ABORTED, "MOON_PHASE", Map.of("k", "v")));
    assertSame(HoldfastException.class, e.getClass());
    assertEquals(ErrorReason.UNRECOGNIZED, e.reason());
    assertEquals("MOON_PHASE", e.reasonName());
    // Names of constants that are the SDK's own are no reasons of the server.
    var none = changeFailingWith(FakeServer.error(Code.ABORTED, "NONE", Map.of()));
    assertEquals(ErrorReason.UNRECOGNIZED, none.reason());
  }

  @Test
  void aStoreThatMayHaveCommittedLeavesTheOutcomeUnknown() {
    for (var metadata : new Map<?, ?>[] {Map.of("outcome", "unknown"), Map.of()}) {
      @SuppressWarnings("unchecked")
      var facts = (Map<String, String>) metadata;
      var e = changeFailingWith(FakeServer.error(Code.ABORTED, "STORE_UNAVAILABLE", facts));
      assertUnknown(e, ErrorReason.STORE_UNAVAILABLE);
    }
    // A read has no outcome.
    var read =
        readFailingWith(
            FakeServer.error(Code.ABORTED, "STORE_UNAVAILABLE", Map.of("outcome", "unknown")));
    assertSame(UnavailableException.class, read.getClass());
  }

  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"OK", "UNAVAILABLE"})
  void anErrorWithoutOurReasonLeavesAChangeUnknown(Code code) {
    var error = code.toStatus().withDescription("of somebody else").asRuntimeException();
    assertUnknown(changeFailingWith(error), ErrorReason.NONE);

    var read = readFailingWith(error);
    var expected =
        code == Code.DEADLINE_EXCEEDED ? UnavailableException.class : HoldfastException.class;
    assertSame(expected, read.getClass());
    assertEquals(ErrorReason.NONE, read.reason());
    assertEquals("", read.reasonName());
    assertEquals("GetReservation: %s: of somebody else".formatted(code), read.getMessage());
  }

  @Test
  void aReasonOfAnotherDomainIsNotOurs() {
    assertUnknown(
        changeFailingWith(
            FakeServer.error("example.com", Code.ABORTED, "INSUFFICIENT_STORAGE", Map.of())),
        ErrorReason.NONE);
  }

  @Test
  void detailsThatCannotBeReadAreNotOurs() {
    Metadata trailers = new Metadata();
    trailers.put(
        Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER),
        new byte[] {1, 2, 3});
    assertUnknown(changeFailingWith(Status.ABORTED.asRuntimeException(trailers)), ErrorReason.NONE);

    Metadata broken = new Metadata();
    var status =
        FakeServer.status("holdfast.dev", Code.ABORTED, "INSUFFICIENT_STORAGE", Map.of())
            .toBuilder();
    status.getDetailsBuilder(0).setValue(com.google.protobuf.ByteString.copyFromUtf8("broken"));
    broken.put(FakeServer.detailsKey(), status.build());
    assertUnknown(changeFailingWith(Status.ABORTED.asRuntimeException(broken)), ErrorReason.NONE);
  }

  @Test
  void changesWithoutAnOperationIdSayWhatToDoInstead() {
    var error = Status.INTERNAL.asRuntimeException();
    server.fail(RepositoryServiceGrpc.getCreateRepositoryMethod(), error);
    server.fail(ReservationsServiceGrpc.getRenewLeaseMethod(), error);
    server.fail(ReservationsServiceGrpc.getApplyMethod(), error);
    var create =
        assertThrows(OutcomeUnknownException.class, () -> client.repositories().create("cold", 1));
    assertNull(create.operationId());
    assertTrue(create.getMessage().contains("Look whether"), create.getMessage());
    var renew =
        assertThrows(
            OutcomeUnknownException.class,
            () ->
                client
                    .reservations()
                    .renewLease(RenewLease.of(SLOT, 1, java.time.Duration.ofSeconds(1))));
    assertTrue(renew.getMessage().contains("harmless"), renew.getMessage());
    var apply =
        assertThrows(
            OutcomeUnknownException.class,
            () -> client.reservations().apply(Apply.of(EndRequest.of("r"))));
    assertNull(apply.operationId());
    assertTrue(apply.getMessage().contains("same Apply again"), apply.getMessage());
  }

  private static void assertUnknown(HoldfastException e, ErrorReason reason) {
    var unknown = assertInstanceOf(OutcomeUnknownException.class, e);
    assertEquals("mine", unknown.operationId());
    assertEquals(reason, unknown.reason());
    assertTrue(e.getMessage().contains("is not known"), e.getMessage());
    assertTrue(e.getMessage().contains("same operation id, mine,"), e.getMessage());
  }

  /**
   * Returns the exception that a change throws, after verifying that its future fails with the same
   * exception.
   */
  private HoldfastException changeFailingWith(StatusRuntimeException error) {
    server.fail(ReservationsServiceGrpc.getReserveSlotMethod(), error);
    var change = ReserveSlot.of(SLOT, 1).withOperationId("mine");
    var thrown =
        assertThrows(HoldfastException.class, () -> client.reservations().reserveSlot(change));
    var future = client.reservations().reserveSlotAsync(change);
    var failure =
        assertInstanceOf(
            HoldfastException.class,
            assertThrows(CompletionException.class, future::join).getCause());
    assertSame(thrown.getClass(), failure.getClass());
    assertEquals(thrown.getMessage(), failure.getMessage());
    return thrown;
  }

  private HoldfastException readFailingWith(StatusRuntimeException error) {
    server.fail(ReservationsServiceGrpc.getGetReservationMethod(), error);
    return assertThrows(HoldfastException.class, () -> client.reservations().get(SLOT));
  }

  private static StatusRuntimeException ours(
      String reason, String key1, String value1, String key2, String value2) {
    return FakeServer.error(Code.ABORTED, reason, Map.of(key1, value1, key2, value2));
  }
}
