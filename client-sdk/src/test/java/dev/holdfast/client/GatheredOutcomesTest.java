package dev.holdfast.client;

import static dev.holdfast.client.Gathering.LONG;
import static dev.holdfast.client.ReservationsTest.MESSAGE;
import static dev.holdfast.client.ReservationsTest.SLOT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.Message;
import dev.holdfast.client.errors.HoldfastException;
import dev.holdfast.client.errors.OutcomeUnknownException;
import dev.holdfast.client.errors.ReservationReleasedException;
import dev.holdfast.client.errors.UnavailableException;
import dev.holdfast.client.internal.wire.ProtoMapper;
import dev.holdfast.client.model.ReleaseReason;
import dev.holdfast.client.model.Slot;
import dev.holdfast.client.requests.EndRequest;
import dev.holdfast.client.requests.FillSlot;
import dev.holdfast.client.requests.ReleaseSlot;
import dev.holdfast.client.requests.RenewLease;
import dev.holdfast.client.requests.ReserveSlot;
import dev.holdfast.client.results.SlotReserved;
import dev.holdfast.testing.rpc.FakeServer;
import dev.holdfast.v1.ApplyRequest;
import dev.holdfast.v1.ApplyResponse;
import dev.holdfast.v1.EndRequestResponse;
import dev.holdfast.v1.FillSlotResponse;
import dev.holdfast.v1.Operation;
import dev.holdfast.v1.OperationResult;
import dev.holdfast.v1.ReleaseSlotResponse;
import dev.holdfast.v1.RenewLeaseResponse;
import dev.holdfast.v1.ReservationsServiceGrpc;
import dev.holdfast.v1.ReserveSlotRequest;
import dev.holdfast.v1.ReserveSlotResponse;
import io.grpc.MethodDescriptor;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that a call in a batch has the same outcome as the call alone. */
class GatheredOutcomesTest {
  private final Gathering gathering = new Gathering(LONG);

  @BeforeEach
  void holdUp() throws Exception {
    // A connection, whose first call may come at any time.
    var unused = gathering.holdUpAtServer();
  }

  @AfterEach
  void close() throws Exception {
    gathering.close();
  }

  /** A change that can leave with others, and the ways to send and answer it. */
  private record Kind<A extends Message>(
      MethodDescriptor<? extends Message, A> method,
      Function<Reservations, CompletableFuture<?>> send,
      Message request,
      Function<Operation, Message> sent,
      A response,
      OperationResult result) {}

  private static Stream<Kind<?>> kinds() {
    var reserve = ReserveSlot.of(SLOT, 12).withOperationId("mine").withLease(LONG);
    var renew = RenewLease.of(SLOT, 41, Duration.ofSeconds(1));
    var fill = FillSlot.of(SLOT, 41).withOperationId("mine");
    var release = ReleaseSlot.of(SLOT, 41, ReleaseReason.REQUEST_ENDED).withOperationId("mine");
    var end = EndRequest.of("0xab").withOperationId("mine");
    var reserved =
        ReserveSlotResponse.newBuilder().setReservation(MESSAGE).setAvailableBytes(1).build();
    var renewed = RenewLeaseResponse.newBuilder().setReservation(MESSAGE).build();
    var filled = FillSlotResponse.newBuilder().setReservation(MESSAGE).build();
    var released =
        ReleaseSlotResponse.newBuilder()
            .setReleasedBytes(2)
            .setAvailableBytes(3)
            .setAlreadyReleased(true)
            .build();
    var ended =
        EndRequestResponse.newBuilder()
            .setReleasedCount(4)
            .setReleasedBytes(5)
            .setAvailableBytes(6)
            .build();
    return Stream.of(
        new Kind<>(
            ReservationsServiceGrpc.getReserveSlotMethod(),
            reservations -> reservations.reserveSlotAsync(reserve),
            ProtoMapper.request(reserve),
            Operation::getReserveSlot,
            reserved,
            OperationResult.newBuilder().setReserveSlot(reserved).build()),
        new Kind<>(
            ReservationsServiceGrpc.getRenewLeaseMethod(),
            reservations -> reservations.renewLeaseAsync(renew),
            ProtoMapper.request(renew),
            Operation::getRenewLease,
            renewed,
            OperationResult.newBuilder().setRenewLease(renewed).build()),
        new Kind<>(
            ReservationsServiceGrpc.getFillSlotMethod(),
            reservations -> reservations.fillSlotAsync(fill),
            ProtoMapper.request(fill),
            Operation::getFillSlot,
            filled,
            OperationResult.newBuilder().setFillSlot(filled).build()),
        new Kind<>(
            ReservationsServiceGrpc.getReleaseSlotMethod(),
            reservations -> reservations.releaseSlotAsync(release),
            ProtoMapper.request(release),
            Operation::getReleaseSlot,
            released,
            OperationResult.newBuilder().setReleaseSlot(released).build()),
        new Kind<>(
            ReservationsServiceGrpc.getEndRequestMethod(),
            reservations -> reservations.endRequestAsync(end),
            ProtoMapper.request(end),
            Operation::getEndRequest,
            ended,
            OperationResult.newBuilder().setEndRequest(ended).build()));
  }

  @ParameterizedTest
  @MethodSource("kinds")
  <A extends Message> void answersAreTheSame(Kind<A> kind) throws Exception {
    try (FakeServer alone = FakeServer.start();
        HoldfastClient client = HoldfastClient.builder(alone.target()).build()) {
      alone.answer(kind.method(), kind.response());
      Object expected = kind.send().apply(client.reservations()).get(60, TimeUnit.SECONDS);
      var futures = sendTwo(kind);
      var apply = gathering.nextApply();
      for (Operation operation : apply.request().getOperationsList()) {
        assertEquals(kind.request(), kind.sent().apply(operation));
      }
      complete(apply, kind.result(), kind.result());
      assertEquals(expected, futures.get(0).get(60, TimeUnit.SECONDS));
      assertEquals(expected, futures.get(1).get(60, TimeUnit.SECONDS));
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  <A extends Message> void refusalsAreTheSameAndOnlyOnesOwn(Kind<A> kind) throws Exception {
    try (FakeServer alone = FakeServer.start();
        HoldfastClient client = HoldfastClient.builder(alone.target()).build()) {
      boolean first = true;
      for (com.google.rpc.Status refusal : refusals()) {
        alone.fail(kind.method(), StatusProto.toStatusRuntimeException(refusal));
        var expected = failure(kind.send().apply(client.reservations()));
        if (!first) {
          var unused = gathering.holdUpAtServer();
        }
        first = false;
        var futures = sendTwo(kind);
        complete(
            gathering.nextApply(),
            OperationResult.newBuilder().setError(refusal).build(),
            kind.result());
        assertSameFailure(expected, failure(futures.get(0)));
        var unused = futures.get(1).get(60, TimeUnit.SECONDS);
        gathering.letAllGo();
      }
    }
  }

  private static List<com.google.rpc.Status> refusals() {
    Stream<com.google.rpc.Status> ours =
        Stream.of(dev.holdfast.v1.ErrorReason.values())
            .map(reason -> reason.name().replace("ERROR_REASON_", ""))
            .map(
                reason ->
                    FakeServer.status(
                        "holdfast.dev",
                        Code.ABORTED,
                        reason,
                        Map.of("outcome", "not_applied", "generation", "7")));
    return Stream.concat(
            ours,
            Stream.of(
                FakeServer.status("holdfast.dev", Code.ABORTED, "STORE_UNAVAILABLE", Map.of()),
                FakeServer.status("example.com", Code.ABORTED, "SLOT_FILLED", Map.of()),
                com.google.rpc.Status.newBuilder()
                    .setCode(Code.INTERNAL.value())
                    .setMessage("a defect")
                    .build()))
        .toList();
  }

  @Test
  void whatIsRefusedForOneIsToldThatOneAlone() throws Exception {
    gathering.server.fail(
        ReservationsServiceGrpc.getApplyMethod(),
        FakeServer.error(Code.INVALID_ARGUMENT, "INVALID_ARGUMENT", Map.of("field", "x")));
    gathering.server.on(
        ReservationsServiceGrpc.getReserveSlotMethod(),
        (request, answer) -> {
          if (request.getAmountBytes() == 0) {
            answer.onError(FakeServer.error(Code.INVALID_ARGUMENT, "INVALID_ARGUMENT", Map.of()));
          } else {
            FakeServer.complete(answer, ReserveSlotResponse.getDefaultInstance());
          }
        });
    var bad = reserve(0);
    var good = reserve(1);
    gathering.letGo();
    var e = failure(bad);
    assertEquals("ReserveSlot: INVALID_ARGUMENT: the message of INVALID_ARGUMENT", e.getMessage());
    assertSame(HoldfastException.class, e.getClass());
    assertEquals(0, good.get(60, TimeUnit.SECONDS).availableBytes());
    assertInstanceOf(ApplyRequest.class, gathering.server.next().request());
    assertInstanceOf(ReserveSlotRequest.class, gathering.server.next().request());
    assertInstanceOf(ReserveSlotRequest.class, gathering.server.next().request());
  }

  @Test
  void whatMayHaveBeenMadeTogetherIsNotSpokenForByALaterRefusalAlone() throws Exception {
    gathering.server.fail(
        ReservationsServiceGrpc.getApplyMethod(), io.grpc.Status.INTERNAL.asRuntimeException());
    gathering.server.fail(
        ReservationsServiceGrpc.getReserveSlotMethod(),
        FakeServer.error(Code.ABORTED, "DRAINING", Map.of()));
    var first = reserve(1);
    var second = reserve(2);
    gathering.letGo();
    assertInstanceOf(OutcomeUnknownException.class, failure(first));
    assertInstanceOf(OutcomeUnknownException.class, failure(second));
  }

  @Test
  void retriesSendTheSame() throws Exception {
    Queue<StatusRuntimeException> errors =
        new ArrayDeque<>(
            List.of(
                FakeServer.pushingBack(
                    FakeServer.error(Code.UNAVAILABLE, "OVERLOADED", Map.of()), 1)));
    answering(errors);
    var first = reserve(1);
    var second = reserve(2);
    gathering.letGo();
    assertEquals(1, first.get(60, TimeUnit.SECONDS).availableBytes());
    assertEquals(2, second.get(60, TimeUnit.SECONDS).availableBytes());
    var sent = gathering.server.next().request();
    assertEquals(sent, gathering.server.next().request());
    OperationIdsTest.assertVersion7(
        ((ApplyRequest) sent).getOperations(0).getReserveSlot().getOperationId());
  }

  @Test
  void theServersPauseIsKept() throws Exception {
    var overloaded = FakeServer.error(Code.UNAVAILABLE, "OVERLOADED", Map.of());
    int hour = 3_600_000;
    gathering.server.fail(
        ReservationsServiceGrpc.getApplyMethod(), FakeServer.pushingBack(overloaded, hour));
    var unused = List.of(reserve(1), reserve(2));
    gathering.letGo();
    assertEquals("Apply", gathering.server.next().method());
    // Left to itself gRPC would wait for 240 ms at most; the read waits four times for 100.
    gathering.server.fail(
        ReservationsServiceGrpc.getGetReservationMethod(), FakeServer.pushingBack(overloaded, 100));
    assertThrows(UnavailableException.class, () -> gathering.reservations.get(SLOT));
    assertEquals(
        Collections.nCopies(5, "GetReservation"),
        gathering.server.attempts().stream().map(FakeServer.Attempt::method).toList());
  }

  @Test
  void whenTheRetriesAreUsedUpAllOfThemFailAsAlone() throws Exception {
    gathering.server.fail(
        ReservationsServiceGrpc.getApplyMethod(),
        FakeServer.pushingBack(FakeServer.error(Code.UNAVAILABLE, "DRAINING", Map.of()), 1));
    var first = reserve(1);
    var second = reserve(2);
    gathering.letGo();
    for (var future : List.of(first, second)) {
      var e = assertInstanceOf(UnavailableException.class, failure(future));
      assertEquals("ReserveSlot: DRAINING: the message of DRAINING", e.getMessage());
    }
    assertEquals(5, gathering.server.attempts().size());
  }

  @ParameterizedTest
  @ValueSource(strings = {"RESERVATION_RELEASED", "A_REASON_OF_THE_FUTURE"})
  void afterALostAnswerTheIdsAreTheSameAndOnlyAVerdictOnTheOperationCounts(String reason)
      throws Exception {
    Queue<ApplyRequest> seen = new ArrayDeque<>();
    gathering.server.on(
        ReservationsServiceGrpc.getApplyMethod(),
        (request, answer) -> {
          seen.add(request);
          if (seen.size() == 1) {
            gathering.relay.cut();
            return;
          }
          FakeServer.complete(
              answer,
              ApplyResponse.newBuilder()
                  .addResults(
                      OperationResult.newBuilder()
                          .setError(
                              FakeServer.status("holdfast.dev", Code.ABORTED, reason, Map.of())))
                  .addResults(
                      OperationResult.newBuilder()
                          .setReserveSlot(ReserveSlotResponse.getDefaultInstance()))
                  .build());
        });
    var first = reserve(1);
    var second = reserve(2);
    gathering.letGo();
    var expected =
        reason.equals("RESERVATION_RELEASED")
            ? ReservationReleasedException.class
            : OutcomeUnknownException.class;
    assertSame(expected, failure(first).getClass());
    var unused = second.get(60, TimeUnit.SECONDS);
    assertEquals(2, seen.size());
    assertEquals(seen.remove(), seen.remove());
  }

  /** The Apply fails with these, one an attempt, then answers the amounts. */
  private void answering(Queue<StatusRuntimeException> errors) {
    gathering.server.on(
        ReservationsServiceGrpc.getApplyMethod(),
        (request, answer) -> {
          StatusRuntimeException error = errors.poll();
          if (error != null) {
            answer.onError(error);
            return;
          }
          var response = ApplyResponse.newBuilder();
          for (Operation operation : request.getOperationsList()) {
            response
                .addResultsBuilder()
                .setReserveSlot(
                    ReserveSlotResponse.newBuilder()
                        .setAvailableBytes(operation.getReserveSlot().getAmountBytes()));
          }
          FakeServer.complete(answer, response.build());
        });
  }

  private CompletableFuture<SlotReserved> reserve(long amountBytes) {
    return gathering.reservations.reserveSlotAsync(
        ReserveSlot.of(new Slot("r", amountBytes), amountBytes));
  }

  private List<CompletableFuture<?>> sendTwo(Kind<?> kind) throws InterruptedException {
    List<CompletableFuture<?>> futures =
        List.of(
            kind.send().apply(gathering.reservations), kind.send().apply(gathering.reservations));
    gathering.letGo();
    return futures;
  }

  private static void complete(Gathering.Batch apply, OperationResult... results) {
    FakeServer.complete(
        apply.answer(), ApplyResponse.newBuilder().addAllResults(List.of(results)).build());
  }

  private static HoldfastException failure(CompletableFuture<?> future) {
    var e = assertThrows(ExecutionException.class, () -> future.get(60, TimeUnit.SECONDS));
    return assertInstanceOf(HoldfastException.class, e.getCause());
  }

  private static void assertSameFailure(HoldfastException expected, HoldfastException actual) {
    assertSame(expected.getClass(), actual.getClass());
    assertEquals(expected.getMessage(), actual.getMessage());
    assertEquals(expected.reason(), actual.reason());
    assertEquals(expected.reasonName(), actual.reasonName());
    assertEquals(expected.metadata(), actual.metadata());
    if (expected instanceof OutcomeUnknownException unknown) {
      assertEquals(unknown.operationId(), ((OutcomeUnknownException) actual).operationId());
    }
    var before = assertInstanceOf(StatusRuntimeException.class, expected.getCause());
    var after = assertInstanceOf(StatusRuntimeException.class, actual.getCause());
    assertEquals(before.getStatus().getCode(), after.getStatus().getCode());
    assertEquals(before.getStatus().getDescription(), after.getStatus().getDescription());
    assertEquals(StatusProto.fromThrowable(before), StatusProto.fromThrowable(after));
  }
}
