package dev.holdfast.client;

import static dev.holdfast.client.ReservationsTest.SLOT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.client.errors.ErrorReason;
import dev.holdfast.client.errors.GenerationMismatchException;
import dev.holdfast.client.errors.HoldfastException;
import dev.holdfast.client.errors.OutcomeUnknownException;
import dev.holdfast.client.errors.ReservationReleasedException;
import dev.holdfast.client.errors.UnavailableException;
import dev.holdfast.client.internal.wire.RetryPolicy;
import dev.holdfast.client.model.Slot;
import dev.holdfast.client.requests.Apply;
import dev.holdfast.client.requests.ReserveSlot;
import dev.holdfast.client.results.SlotReserved;
import dev.holdfast.testing.process.FixedPort;
import dev.holdfast.testing.process.Relay;
import dev.holdfast.testing.rpc.FakeServer;
import dev.holdfast.v1.ApplyResponse;
import dev.holdfast.v1.DatastoreServiceGrpc;
import dev.holdfast.v1.RepositoryServiceGrpc;
import dev.holdfast.v1.ReservationsServiceGrpc;
import dev.holdfast.v1.ReserveSlotRequest;
import dev.holdfast.v1.ReserveSlotResponse;
import dev.holdfast.v1.SalesServiceGrpc;
import io.grpc.MethodDescriptor;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests which calls are retried, with which requests, and the reported outcome if all retries fail.
 */
class RetriesTest {
  private static final MethodDescriptor<ReserveSlotRequest, ReserveSlotResponse> RESERVE_SLOT =
      ReservationsServiceGrpc.getReserveSlotMethod();

  private final FakeServer server = FakeServer.start();
  private final Relay relay = new Relay(server.target());
  private final HoldfastClient client = HoldfastClient.builder(relay.target()).build();

  @AfterEach
  void close() throws IOException {
    client.close();
    server.close();
    relay.close();
  }

  @Test
  void theOperationIdStaysTheSameThroughAllAttempts() throws Exception {
    script(overloaded(), overloaded(), overloaded(), overloaded());
    ReserveSlot change = ReserveSlot.of(SLOT, 1);
    client.reservations().reserveSlot(change);
    assertEquals(5, server.attempts().size());
    for (FakeServer.Attempt attempt : server.attempts()) {
      assertEquals(change.operationId(), ((ReserveSlotRequest) attempt.request()).getOperationId());
    }
  }

  @Test
  void anIdThatTheSdkMakesForACallStaysTheSameToo() throws Exception {
    Queue<StatusRuntimeException> errors = new ArrayDeque<>(List.of(overloaded(), overloaded()));
    server.on(
        RepositoryServiceGrpc.getReserveMethod(),
        (request, answer) -> {
          StatusRuntimeException error = errors.poll();
          if (error != null) {
            answer.onError(error);
          } else {
            FakeServer.complete(answer, dev.holdfast.v1.ReserveResponse.getDefaultInstance());
          }
        });
    var unused = client.repositories().reserveAsync("cold", 1).join();
    var first = server.next().request();
    assertEquals(first, server.next().request());
    assertEquals(first, server.next().request());
  }

  @Test
  void afterFiveAttemptsTheLastErrorStands() {
    script(overloaded(), overloaded(), overloaded(), overloaded(), overloaded(), overloaded());
    var e =
        assertThrows(
            UnavailableException.class,
            () -> client.reservations().reserveSlot(ReserveSlot.of(SLOT, 1)));
    assertEquals(ErrorReason.OVERLOADED, e.reason());
    assertEquals(5, server.attempts().size());
  }

  @Test
  void theServersPauseIsKept() throws Exception {
    int hour = 3_600_000;
    server.fail(RESERVE_SLOT, FakeServer.pushingBack(overloaded(), hour));
    var unused = client.reservations().reserveSlotAsync(ReserveSlot.of(SLOT, 1));
    assertEquals("ReserveSlot", server.next().method());
    // Left to itself gRPC would wait for 240 ms at most; the read waits four times for 100.
    server.fail(
        ReservationsServiceGrpc.getGetReservationMethod(),
        FakeServer.pushingBack(overloaded(), 100));
    var patient = client.reservations().withDeadline(Duration.ofSeconds(60));
    assertThrows(UnavailableException.class, () -> patient.get(SLOT));
    assertEquals(
        Collections.nCopies(5, "GetReservation"),
        server.attempts().stream().map(FakeServer.Attempt::method).toList());
  }

  @Test
  void everythingIsRetriedButWhatASecondAttemptWouldMistake() {
    List<String> methods =
        Stream.of(
                RepositoryServiceGrpc.getServiceDescriptor(),
                ReservationsServiceGrpc.getServiceDescriptor(),
                SalesServiceGrpc.getServiceDescriptor(),
                DatastoreServiceGrpc.getServiceDescriptor())
            .flatMap(service -> service.getMethods().stream())
            .filter(method -> method.getType() == MethodDescriptor.MethodType.UNARY)
            .map(MethodDescriptor::getFullMethodName)
            .filter(name -> !name.endsWith("/CreateRepository"))
            .filter(name -> !name.endsWith("/DeleteRepository"))
            .filter(name -> !name.endsWith("/DeleteOffer"))
            .filter(name -> !name.endsWith("DatastoreService/Put"))
            .filter(name -> !name.endsWith("DatastoreService/Delete"))
            .sorted()
            .toList();
    assertEquals(
        methods,
        RetryPolicy.METHODS.stream().map(MethodDescriptor::getFullMethodName).sorted().toList());
  }

  @Test
  void createAndDeleteAreSentOnce() {
    server.fail(RepositoryServiceGrpc.getCreateRepositoryMethod(), overloaded());
    server.fail(RepositoryServiceGrpc.getDeleteRepositoryMethod(), overloaded());
    assertThrows(UnavailableException.class, () -> client.repositories().create("cold", 1));
    assertThrows(UnavailableException.class, () -> client.repositories().delete("cold"));
    assertEquals(2, server.attempts().size());
  }

  @Test
  void onlyUnavailableIsRetried() {
    script(FakeServer.error(Code.ABORTED, "GENERATION_MISMATCH", Map.of()));
    assertThrows(
        GenerationMismatchException.class,
        () -> client.reservations().reserveSlot(ReserveSlot.of(SLOT, 1)));
    assertEquals(1, server.attempts().size());
  }

  @Test
  void aChangeThatIsCutOffAfterItsCommitIsSentAgainAsTheSame() throws Exception {
    List<ReserveSlotRequest> committed = cutOffOnce();
    ReserveSlot change = ReserveSlot.of(SLOT, 1);
    client.reservations().reserveSlot(change);
    assertEquals(2, committed.size());
    assertEquals(committed.get(0), committed.get(1));
    assertEquals(change.operationId(), committed.get(0).getOperationId());
  }

  @ParameterizedTest
  @ValueSource(strings = {"DRAINING", "UNAUTHENTICATED", "A_REASON_OF_THE_FUTURE"})
  void aRefusalDoesNotSpeakForTheAttemptsThatWereCutOffBefore(String reason) {
    cutOffOnce(FakeServer.error(Code.ABORTED, reason, Map.of()));
    var e =
        assertThrows(
            OutcomeUnknownException.class,
            () ->
                client.reservations().reserveSlot(ReserveSlot.of(SLOT, 1).withOperationId("mine")));
    assertEquals("mine", e.operationId());
    assertEquals(reason, e.reasonName());
  }

  @Test
  void aVerdictOnTheOperationHoldsForAllItsAttempts() {
    cutOffOnce(
        FakeServer.error(Code.FAILED_PRECONDITION, "RESERVATION_RELEASED", Map.of("k", "v")));
    assertThrows(
        ReservationReleasedException.class,
        () -> client.reservations().reserveSlot(ReserveSlot.of(SLOT, 1)));
    assertEquals(2, server.attempts().size());
  }

  @Test
  void aBatchThatIsRefusedTheSecondTimeMayHaveBeenMadeTheFirst() {
    Queue<StatusRuntimeException> errors =
        new ArrayDeque<>(
            List.of(
                FakeServer.error(
                    Code.UNAVAILABLE, "STORE_UNAVAILABLE", Map.of("outcome", "unknown")),
                FakeServer.error(Code.FAILED_PRECONDITION, "RESERVATION_RELEASED", Map.of())));
    server.on(
        ReservationsServiceGrpc.getApplyMethod(),
        (request, answer) -> answer.onError(errors.remove()));
    Apply batch = Apply.of(ReserveSlot.of(SLOT, 1)).atomically();
    assertThrows(OutcomeUnknownException.class, () -> client.reservations().apply(batch));
    assertEquals(2, server.attempts().size());
  }

  @Test
  void aStoreThatMayHaveCommittedIsNotSpokenForByALaterRefusal() {
    var unknown =
        FakeServer.error(Code.UNAVAILABLE, "STORE_UNAVAILABLE", Map.of("outcome", "unknown"));
    script(unknown, FakeServer.error(Code.ABORTED, "DRAINING", Map.of()));
    assertThrows(
        OutcomeUnknownException.class,
        () -> client.reservations().reserveSlot(ReserveSlot.of(SLOT, 1)));
  }

  @Test
  void anAnswerThatDoesNotComeLeavesTheOutcomeUnknown() {
    server.on(RESERVE_SLOT, (request, answer) -> {});
    Duration deadline = Duration.ofMillis(100);
    HoldfastException e;
    do {
      // One that had no time to leave changed nothing: then another one does.
      deadline = deadline.multipliedBy(2);
      var reservations = client.reservations().withDeadline(deadline);
      e =
          assertThrows(
              HoldfastException.class,
              () -> reservations.reserveSlot(ReserveSlot.of(SLOT, 1).withOperationId("mine")));
    } while (e instanceof UnavailableException && server.attempts().isEmpty());
    assertEquals("mine", assertInstanceOf(OutcomeUnknownException.class, e).operationId());
    assertEquals(ErrorReason.NONE, e.reason());
    assertTrue(e.getMessage().contains("DEADLINE_EXCEEDED"), e.getMessage());
  }

  @Test
  void aServerThatNobodyReachedChangedNothing() throws Exception {
    // Bound, so that no server of another test listens on it.
    try (FixedPort nobody = new FixedPort();
        HoldfastClient alone = HoldfastClient.builder(nobody.address()).build()) {
      var change = alone.reservations().reserveSlotAsync(ReserveSlot.of(SLOT, 1));
      var read = alone.reservations().getAsync(SLOT);
      for (var future : List.of(change, read)) {
        var cause = assertThrows(CompletionException.class, future::join).getCause();
        assertEquals(
            ErrorReason.NONE, assertInstanceOf(UnavailableException.class, cause).reason());
      }
    }
  }

  @Test
  void aServerThatDoesNotSpeakChangedNothingEither() throws Exception {
    // Connections stay in the backlog, so no transport is ever ready.
    try (ServerSocket mute = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        HoldfastClient waiting =
            HoldfastClient.builder("127.0.0.1:" + mute.getLocalPort())
                .defaultDeadline(Duration.ofMillis(300))
                .build()) {
      var e =
          assertThrows(
              UnavailableException.class,
              () -> waiting.reservations().reserveSlot(ReserveSlot.of(SLOT, 1)));
      assertTrue(e.getMessage().contains("DEADLINE_EXCEEDED"), e.getMessage());
    }
  }

  @Test
  void aCutOffCreateIsNotSentAgain() {
    server.on(RepositoryServiceGrpc.getCreateRepositoryMethod(), (request, answer) -> relay.cut());
    assertThrows(OutcomeUnknownException.class, () -> client.repositories().create("cold", 1));
    assertEquals(1, server.attempts().size());
  }

  @Test
  void aReadThatIsCutOffEachTimeIsUnavailable() {
    server.on(ReservationsServiceGrpc.getGetReservationMethod(), (request, answer) -> relay.cut());
    assertThrows(UnavailableException.class, () -> client.reservations().get(SLOT));
    assertEquals(5, server.attempts().size());
  }

  @Test
  void anApplyOfTenThousandIsRetriedToo() throws Exception {
    Queue<StatusRuntimeException> errors = new ArrayDeque<>(List.of(overloaded()));
    server.on(
        ReservationsServiceGrpc.getApplyMethod(),
        (request, answer) -> {
          StatusRuntimeException error = errors.poll();
          if (error != null) {
            answer.onError(error);
          } else {
            var response = ApplyResponse.newBuilder();
            request
                .getOperationsList()
                .forEach(
                    operation ->
                        response
                            .addResultsBuilder()
                            .setReserveSlot(ReserveSlotResponse.getDefaultInstance()));
            FakeServer.complete(answer, response.build());
          }
        });
    String requestId = "0x" + "ab".repeat(32);
    var apply =
        Apply.of(
            IntStream.range(0, 10_000)
                .mapToObj(i -> ReserveSlot.of(new Slot(requestId, i), 1))
                .toList());
    var results = client.reservations().apply(apply);
    assertEquals(10_000, results.size());
    assertInstanceOf(SlotReserved.class, results.get(9_999));
    var first = server.next().request();
    assertTrue(first.getSerializedSize() > 1 << 20);
    assertEquals(first, server.next().request());
  }

  private static StatusRuntimeException overloaded() {
    return FakeServer.pushingBack(
        FakeServer.error(Code.UNAVAILABLE, "OVERLOADED", Map.of("waiting_count", "65536")), 1);
  }

  /** ReserveSlot fails with these, one an attempt, then succeeds. */
  private void script(StatusRuntimeException... errors) {
    Queue<StatusRuntimeException> queue = new ArrayDeque<>(List.of(errors));
    server.on(RESERVE_SLOT, (request, answer) -> answerNext(queue, answer));
  }

  /** ReserveSlot is cut off the first time, then fails with these, then succeeds. */
  private List<ReserveSlotRequest> cutOffOnce(StatusRuntimeException... errors) {
    Queue<StatusRuntimeException> queue = new ArrayDeque<>(List.of(errors));
    List<ReserveSlotRequest> committed = new ArrayList<>();
    server.on(
        RESERVE_SLOT,
        (request, answer) -> {
          committed.add(request);
          if (committed.size() == 1) {
            relay.cut();
          } else {
            answerNext(queue, answer);
          }
        });
    return committed;
  }

  private static void answerNext(
      Queue<StatusRuntimeException> errors,
      io.grpc.stub.ServerCallStreamObserver<ReserveSlotResponse> answer) {
    StatusRuntimeException error = errors.poll();
    if (error != null) {
      answer.onError(error);
    } else {
      FakeServer.complete(answer, ReserveSlotResponse.getDefaultInstance());
    }
  }
}
