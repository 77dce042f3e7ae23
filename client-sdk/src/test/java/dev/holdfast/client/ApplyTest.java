package dev.holdfast.client;

import static dev.holdfast.client.ReservationsTest.MESSAGE;
import static dev.holdfast.client.ReservationsTest.RESERVATION;
import static dev.holdfast.client.ReservationsTest.SLOT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.holdfast.client.errors.ErrorReason;
import dev.holdfast.client.errors.HoldfastException;
import dev.holdfast.client.errors.InsufficientStorageException;
import dev.holdfast.client.errors.OutcomeUnknownException;
import dev.holdfast.client.internal.wire.ProtoMapper;
import dev.holdfast.client.model.ReleaseReason;
import dev.holdfast.client.requests.Apply;
import dev.holdfast.client.requests.EndRequest;
import dev.holdfast.client.requests.FillSlot;
import dev.holdfast.client.requests.ReleaseSlot;
import dev.holdfast.client.requests.RenewLease;
import dev.holdfast.client.requests.ReserveSlot;
import dev.holdfast.client.results.OperationResult;
import dev.holdfast.client.results.RequestEnded;
import dev.holdfast.client.results.SlotReleased;
import dev.holdfast.client.results.SlotReserved;
import dev.holdfast.testing.rpc.FakeServer;
import dev.holdfast.v1.ApplyRequest;
import dev.holdfast.v1.ApplyResponse;
import dev.holdfast.v1.EndRequestResponse;
import dev.holdfast.v1.FillSlotResponse;
import dev.holdfast.v1.ReleaseSlotResponse;
import dev.holdfast.v1.RenewLeaseResponse;
import dev.holdfast.v1.ReservationsServiceGrpc;
import dev.holdfast.v1.ReserveSlotResponse;
import io.grpc.Status.Code;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ApplyTest {
  private final FakeServer server = FakeServer.start();
  private final HoldfastClient client = HoldfastClient.builder(server.target()).build();
  private final Reservations reservations = client.reservations();

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  @Test
  void everyOperationIsSentAndAnswered() throws Exception {
    var reserve = ReserveSlot.of(SLOT, 12);
    var renew = RenewLease.of(RESERVATION, Duration.ofSeconds(1));
    var fill = FillSlot.of(RESERVATION);
    var release = ReleaseSlot.of(RESERVATION, ReleaseReason.ATTEMPT_FAILED);
    var end = EndRequest.of("0xab");
    server.answer(
        ReservationsServiceGrpc.getApplyMethod(),
        ApplyResponse.newBuilder()
            .addResults(
                result()
                    .setReserveSlot(
                        ReserveSlotResponse.newBuilder()
                            .setReservation(MESSAGE)
                            .setAvailableBytes(1)))
            .addResults(
                result().setRenewLease(RenewLeaseResponse.newBuilder().setReservation(MESSAGE)))
            .addResults(result().setFillSlot(FillSlotResponse.newBuilder().setReservation(MESSAGE)))
            .addResults(
                result()
                    .setReleaseSlot(
                        ReleaseSlotResponse.newBuilder()
                            .setReleasedBytes(2)
                            .setAvailableBytes(3)
                            .setAlreadyReleased(true)))
            .addResults(
                result()
                    .setEndRequest(
                        EndRequestResponse.newBuilder()
                            .setReleasedCount(4)
                            .setReleasedBytes(5)
                            .setAvailableBytes(6)))
            .build());
    var apply = Apply.of(reserve, renew, fill, release, end).withRepositoryId("cold").atomically();
    var results =
        List.of(
            new SlotReserved(RESERVATION, 1),
            new OperationResult.LeaseRenewed(RESERVATION),
            new OperationResult.SlotFilled(RESERVATION),
            new SlotReleased(2, 3, true),
            new RequestEnded(4, 5, 6));
    assertEquals(results, reservations.apply(apply));
    assertEquals(results, reservations.applyAsync(apply).join());

    var sent =
        ApplyRequest.newBuilder()
            .setRepositoryId("cold")
            .setAtomic(true)
            .addOperations(operation().setReserveSlot(ProtoMapper.request(reserve)))
            .addOperations(operation().setRenewLease(ProtoMapper.request(renew)))
            .addOperations(operation().setFillSlot(ProtoMapper.request(fill)))
            .addOperations(operation().setReleaseSlot(ProtoMapper.request(release)))
            .addOperations(operation().setEndRequest(ProtoMapper.request(end)))
            .build();
    assertEquals(sent, server.next().request());
    assertEquals(sent, server.next().request());
    OperationIdsTest.assertVersion7(sent.getOperations(0).getReserveSlot().getOperationId());
    OperationIdsTest.assertVersion7(sent.getOperations(2).getFillSlot().getOperationId());
    OperationIdsTest.assertVersion7(sent.getOperations(3).getReleaseSlot().getOperationId());
    OperationIdsTest.assertVersion7(sent.getOperations(4).getEndRequest().getOperationId());
  }

  @Test
  void anOperationFailsWithTheExceptionOfItsSingleCall() {
    server.answer(
        ReservationsServiceGrpc.getApplyMethod(),
        ApplyResponse.newBuilder()
            .addResults(
                error(
                    Code.RESOURCE_EXHAUSTED,
                    "INSUFFICIENT_STORAGE",
                    Map.of("requested_bytes", "12", "available_bytes", "11")))
            .addResults(error(Code.UNAVAILABLE, "STORE_UNAVAILABLE", Map.of("outcome", "unknown")))
            .addResults(
                result()
                    .setError(
                        com.google.rpc.Status.newBuilder()
                            .setCode(Code.INTERNAL.value())
                            .setMessage("no reason")))
            .build());
    var fill = FillSlot.of(RESERVATION);
    var results =
        reservations.apply(
            Apply.of(ReserveSlot.of(SLOT, 12), fill, RenewLease.of(SLOT, 1, Duration.ZERO)));

    var refused = assertInstanceOf(InsufficientStorageException.class, exception(results.get(0)));
    assertEquals(12, refused.requestedBytes());
    assertEquals(11, refused.availableBytes());
    var unknown = assertInstanceOf(OutcomeUnknownException.class, exception(results.get(1)));
    assertEquals(fill.operationId(), unknown.operationId());
    assertEquals(ErrorReason.STORE_UNAVAILABLE, unknown.reason());
    var withoutReason = assertInstanceOf(OutcomeUnknownException.class, exception(results.get(2)));
    assertNull(withoutReason.operationId());
    assertEquals(ErrorReason.NONE, withoutReason.reason());
  }

  @Test
  void anEmptyMessageIsMadeUpForByTheFacts() {
    var error =
        error(Code.RESOURCE_EXHAUSTED, "INSUFFICIENT_STORAGE", Map.of("requested_bytes", "7"));
    error.getErrorBuilder().clearMessage();
    server.answer(
        ReservationsServiceGrpc.getApplyMethod(),
        ApplyResponse.newBuilder().addResults(error).build());
    var results = reservations.apply(Apply.of(ReserveSlot.of(SLOT, 7)));
    assertEquals(
        "ReserveSlot: INSUFFICIENT_STORAGE: {requested_bytes=7}",
        exception(results.get(0)).getMessage());
  }

  @Test
  void anAtomicApplyFailsWithTheFirstError() {
    server.fail(
        ReservationsServiceGrpc.getApplyMethod(),
        FakeServer.error(
            Code.RESOURCE_EXHAUSTED, "INSUFFICIENT_STORAGE", Map.of("operation_index", "1")));
    var e =
        assertThrows(
            InsufficientStorageException.class,
            () -> reservations.apply(Apply.of(ReserveSlot.of(SLOT, 12)).atomically()));
    assertEquals("1", e.metadata().get("operation_index"));
  }

  private static HoldfastException exception(OperationResult result) {
    return assertInstanceOf(OperationResult.Failed.class, result).exception();
  }

  private static dev.holdfast.v1.OperationResult.Builder error(
      Code code, String reason, Map<String, String> metadata) {
    return result().setError(FakeServer.status("holdfast.dev", code, reason, metadata));
  }

  private static dev.holdfast.v1.OperationResult.Builder result() {
    return dev.holdfast.v1.OperationResult.newBuilder();
  }

  private static dev.holdfast.v1.Operation.Builder operation() {
    return dev.holdfast.v1.Operation.newBuilder();
  }
}
