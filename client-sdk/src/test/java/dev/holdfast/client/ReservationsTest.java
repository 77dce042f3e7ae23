package dev.holdfast.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import dev.holdfast.client.errors.OutcomeUnknownException;
import dev.holdfast.client.model.Page;
import dev.holdfast.client.model.ReleaseReason;
import dev.holdfast.client.model.Reservation;
import dev.holdfast.client.model.ReservationState;
import dev.holdfast.client.model.Slot;
import dev.holdfast.client.requests.Apply;
import dev.holdfast.client.requests.EndRequest;
import dev.holdfast.client.requests.FillSlot;
import dev.holdfast.client.requests.ListReservations;
import dev.holdfast.client.requests.ReleaseSlot;
import dev.holdfast.client.requests.RenewLease;
import dev.holdfast.client.requests.ReserveSlot;
import dev.holdfast.client.results.RequestEnded;
import dev.holdfast.client.results.SlotReleased;
import dev.holdfast.client.results.SlotReserved;
import dev.holdfast.testing.rpc.FakeServer;
import dev.holdfast.testing.rpc.Requests;
import dev.holdfast.v1.ApplyRequest;
import dev.holdfast.v1.ApplyResponse;
import dev.holdfast.v1.EndRequestRequest;
import dev.holdfast.v1.EndRequestResponse;
import dev.holdfast.v1.FillSlotRequest;
import dev.holdfast.v1.FillSlotResponse;
import dev.holdfast.v1.GetReservationResponse;
import dev.holdfast.v1.ListReservationsRequest;
import dev.holdfast.v1.ListReservationsResponse;
import dev.holdfast.v1.ReleaseSlotRequest;
import dev.holdfast.v1.ReleaseSlotResponse;
import dev.holdfast.v1.RenewLeaseRequest;
import dev.holdfast.v1.RenewLeaseResponse;
import dev.holdfast.v1.ReservationsServiceGrpc;
import dev.holdfast.v1.ReserveSlotRequest;
import dev.holdfast.v1.ReserveSlotResponse;
import io.grpc.Status.Code;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Words into messages and back, for every single call about reservations. */
class ReservationsTest {
  /** 2^64-1. */
  static final Slot SLOT = new Slot("0xab", -1);

  static final dev.holdfast.v1.Slot SLOT_MESSAGE =
      dev.holdfast.v1.Slot.newBuilder()
          .setRequestId("0xab")
          .setSlotIndex(Long.parseUnsignedLong("18446744073709551615"))
          .build();
  static final dev.holdfast.v1.Reservation MESSAGE =
      dev.holdfast.v1.Reservation.newBuilder()
          .setRepositoryId("cold")
          .setSlot(SLOT_MESSAGE)
          .setAmountBytes(Long.MAX_VALUE)
          .setState(dev.holdfast.v1.ReservationState.RESERVATION_STATE_RESERVED)
          .setGeneration(41)
          .setLeaseExpireTime(Timestamp.newBuilder().setSeconds(1).setNanos(2))
          .setCreateTime(Timestamp.newBuilder().setSeconds(3).setNanos(4))
          .setFillTime(Timestamp.newBuilder().setSeconds(5).setNanos(6))
          .setOfferId("offer")
          .build();
  static final Reservation RESERVATION =
      new Reservation(
          "cold",
          SLOT,
          Long.MAX_VALUE,
          ReservationState.RESERVED,
          41,
          Instant.ofEpochSecond(1, 2),
          Instant.ofEpochSecond(3, 4),
          Instant.ofEpochSecond(5, 6),
          "offer");

  private final FakeServer server = FakeServer.start();
  private final HoldfastClient client = HoldfastClient.builder(server.target()).build();
  private final Reservations reservations = client.reservations();

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  @Test
  void reserveSlot() throws Exception {
    server.answer(
        ReservationsServiceGrpc.getReserveSlotMethod(),
        ReserveSlotResponse.newBuilder().setReservation(MESSAGE).setAvailableBytes(9).build());
    var change =
        ReserveSlot.of(SLOT, 12)
            .withRepositoryId("cold")
            .withLease(Duration.ofMillis(-1500))
            .withOperationId("mine");
    // A lease that makes no sense is the server's to refuse, but it has to get there as it is.
    var sent =
        ReserveSlotRequest.newBuilder()
            .setRepositoryId("cold")
            .setSlot(SLOT_MESSAGE)
            .setAmountBytes(12)
            .setLease(
                com.google.protobuf.Duration.newBuilder().setSeconds(-1).setNanos(-500_000_000))
            .setOperationId("mine")
            .build();
    var reserved = new SlotReserved(RESERVATION, 9);
    assertAnswer(reserved, reservations.reserveSlot(change), sent);
    assertAnswer(reserved, reservations.reserveSlotAsync(change).join(), sent);

    assertEquals(reserved, reservations.reserveSlot(ReserveSlot.of(SLOT, 12)));
    var plain = (ReserveSlotRequest) server.next().request();
    assertEquals("", plain.getRepositoryId());
    assertEquals(false, plain.hasLease());
    OperationIdsTest.assertVersion7(plain.getOperationId());
  }

  @Test
  void get() throws Exception {
    server.answer(
        ReservationsServiceGrpc.getGetReservationMethod(),
        GetReservationResponse.newBuilder().setReservation(MESSAGE).build());
    var plain = Requests.getReservation("", SLOT_MESSAGE);
    assertAnswer(RESERVATION, reservations.get(SLOT), plain);
    assertAnswer(RESERVATION, reservations.getAsync(SLOT).join(), plain);
    var sent = plain.toBuilder().setRepositoryId("cold").build();
    assertAnswer(RESERVATION, reservations.get("cold", SLOT), sent);
    assertAnswer(RESERVATION, reservations.getAsync("cold", SLOT).join(), sent);
  }

  @Test
  void timesThatAreNotSetAreNull() {
    server.answer(
        ReservationsServiceGrpc.getGetReservationMethod(),
        GetReservationResponse.newBuilder()
            .setReservation(MESSAGE.toBuilder().clearLeaseExpireTime().clearFillTime())
            .build());
    var answered = reservations.get(SLOT);
    assertNull(answered.leaseExpireTime());
    assertNull(answered.fillTime());
  }

  @ParameterizedTest
  @EnumSource
  void everyStateIsKnown(dev.holdfast.v1.ReservationState state) {
    int number = state == dev.holdfast.v1.ReservationState.UNRECOGNIZED ? 99 : state.getNumber();
    server.answer(
        ReservationsServiceGrpc.getGetReservationMethod(),
        GetReservationResponse.newBuilder()
            .setReservation(MESSAGE.toBuilder().setStateValue(number))
            .build());
    var expected =
        switch (state) {
          case RESERVATION_STATE_RESERVED -> ReservationState.RESERVED;
          case RESERVATION_STATE_FILLED -> ReservationState.FILLED;
          case RESERVATION_STATE_RELEASED -> ReservationState.RELEASED;
          case RESERVATION_STATE_UNSPECIFIED, UNRECOGNIZED -> ReservationState.UNRECOGNIZED;
        };
    assertEquals(expected, reservations.get(SLOT).state());
  }

  @Test
  void list() throws Exception {
    server.answer(
        ReservationsServiceGrpc.getListReservationsMethod(),
        ListReservationsResponse.newBuilder()
            .addReservations(MESSAGE)
            .setNextPageToken("more")
            .build());
    var query =
        ListReservations.all()
            .withRepositoryId("cold")
            .withRequestId("0xab")
            .withState(ReservationState.FILLED)
            .withPageSize(12)
            .withPageToken("t");
    var sent =
        ListReservationsRequest.newBuilder()
            .setRepositoryId("cold")
            .setRequestId("0xab")
            .setState(dev.holdfast.v1.ReservationState.RESERVATION_STATE_FILLED)
            .setPageSize(12)
            .setPageToken("t")
            .build();
    var page = new Page<>(List.of(RESERVATION), "more");
    assertAnswer(page, reservations.list(query), sent);
    assertAnswer(page, reservations.listAsync(query).join(), sent);
    assertAnswer(
        page,
        reservations.list(ListReservations.all()),
        ListReservationsRequest.getDefaultInstance());
  }

  @Test
  void listAllKeepsTheQueryFromPageToPage() throws Exception {
    server.on(
        ReservationsServiceGrpc.getListReservationsMethod(),
        (request, answer) ->
            FakeServer.complete(
                answer,
                ListReservationsResponse.newBuilder()
                    .addReservations(MESSAGE)
                    .setNextPageToken(request.getPageToken().equals("last") ? "" : "last")
                    .build()));
    var query = ListReservations.all().withRequestId("0xab").withPageSize(1).withPageToken("t");
    assertEquals(List.of(RESERVATION, RESERVATION), reservations.listAll(query).toList());
    var first =
        ListReservationsRequest.newBuilder()
            .setRequestId("0xab")
            .setPageSize(1)
            .setPageToken("t")
            .build();
    assertEquals(first, server.next().request());
    assertEquals(first.toBuilder().setPageToken("last").build(), server.next().request());
  }

  @Test
  void renewLease() throws Exception {
    server.answer(
        ReservationsServiceGrpc.getRenewLeaseMethod(),
        RenewLeaseResponse.newBuilder().setReservation(MESSAGE).build());
    var sent =
        RenewLeaseRequest.newBuilder()
            .setRepositoryId("cold")
            .setSlot(SLOT_MESSAGE)
            .setGeneration(41)
            .setLease(com.google.protobuf.Duration.newBuilder().setSeconds(60).setNanos(1))
            .build();
    var lease = Duration.ofSeconds(60, 1);
    var change = RenewLease.of(SLOT, 41, lease).withRepositoryId("cold");
    assertAnswer(RESERVATION, reservations.renewLease(RESERVATION, lease), sent);
    assertAnswer(RESERVATION, reservations.renewLeaseAsync(RESERVATION, lease).join(), sent);
    assertAnswer(RESERVATION, reservations.renewLease(change), sent);
    assertAnswer(RESERVATION, reservations.renewLeaseAsync(change).join(), sent);
  }

  @Test
  void fillSlot() throws Exception {
    server.answer(
        ReservationsServiceGrpc.getFillSlotMethod(),
        FillSlotResponse.newBuilder().setReservation(MESSAGE).build());
    var sent = Requests.fillSlot("cold", SLOT_MESSAGE, 41, "mine");
    var change = FillSlot.of(SLOT, 41).withRepositoryId("cold").withOperationId("mine");
    assertAnswer(RESERVATION, reservations.fillSlot(change), sent);
    assertAnswer(RESERVATION, reservations.fillSlotAsync(change).join(), sent);

    assertEquals(RESERVATION, reservations.fillSlot(RESERVATION));
    assertEquals(RESERVATION, reservations.fillSlotAsync(RESERVATION).join());
    for (int i = 0; i < 2; i++) {
      var made = (FillSlotRequest) server.next().request();
      OperationIdsTest.assertVersion7(made.getOperationId());
      assertEquals(sent, made.toBuilder().setOperationId("mine").build());
    }
  }

  @Test
  void releaseSlot() throws Exception {
    server.answer(
        ReservationsServiceGrpc.getReleaseSlotMethod(),
        ReleaseSlotResponse.newBuilder()
            .setReleasedBytes(1)
            .setAvailableBytes(2)
            .setAlreadyReleased(true)
            .build());
    var sent =
        Requests.releaseSlot(
            "cold",
            SLOT_MESSAGE,
            41,
            dev.holdfast.v1.ReleaseReason.RELEASE_REASON_REQUEST_ENDED,
            "mine");
    var reason = ReleaseReason.REQUEST_ENDED;
    var change = ReleaseSlot.of(SLOT, 41, reason).withRepositoryId("cold").withOperationId("mine");
    var released = new SlotReleased(1, 2, true);
    assertAnswer(released, reservations.releaseSlot(change), sent);
    assertAnswer(released, reservations.releaseSlotAsync(change).join(), sent);

    assertEquals(released, reservations.releaseSlot(RESERVATION, reason));
    assertEquals(released, reservations.releaseSlotAsync(RESERVATION, reason).join());
    for (int i = 0; i < 2; i++) {
      var made = (ReleaseSlotRequest) server.next().request();
      OperationIdsTest.assertVersion7(made.getOperationId());
      assertEquals(sent, made.toBuilder().setOperationId("mine").build());
    }
  }

  @Test
  void endRequestIsSentAgainUntilNoMoreIsLeft() throws Exception {
    var change = EndRequest.of("0xab").withOperationId("mine");
    for (int round = 0; round < 4; round++) {
      var left = new AtomicInteger(3);
      server.on(
          ReservationsServiceGrpc.getEndRequestMethod(),
          (request, answer) -> {
            answer.onNext(step(left.decrementAndGet()));
            answer.onCompleted();
          });
      server.on(
          ReservationsServiceGrpc.getApplyMethod(),
          (request, answer) -> {
            answer.onNext(
                ApplyResponse.newBuilder()
                    .addResults(
                        dev.holdfast.v1.OperationResult.newBuilder()
                            .setEndRequest(step(left.decrementAndGet())))
                    .build());
            answer.onCompleted();
          });
      var ended = new RequestEnded(30, 3, 7);
      switch (round) {
        case 0 -> assertEquals(ended, reservations.endRequest(change));
        case 1 -> assertEquals(ended, reservations.endRequestAsync(change).join());
        case 2 -> assertEquals(List.of(ended), reservations.apply(Apply.of(change)));
        default -> assertEquals(List.of(ended), reservations.applyAsync(Apply.of(change)).join());
      }
      assertEquals(0, left.get());
      for (int i = 0; i < 3; i++) {
        var request = server.next().request();
        assertEquals(
            "mine",
            request instanceof EndRequestRequest one
                ? one.getOperationId()
                : ((ApplyRequest) request).getOperations(0).getEndRequest().getOperationId());
      }
    }
  }

  @Test
  void endRequestThatBreaksOffBetweenItsStepsDoesNotSayThatNothingWasChanged() throws Exception {
    var change = EndRequest.of("0xab").withOperationId("mine");
    for (boolean async : new boolean[] {false, true}) {
      var begun = new AtomicBoolean();
      server.on(
          ReservationsServiceGrpc.getEndRequestMethod(),
          (request, answer) -> {
            if (begun.getAndSet(true)) {
              answer.onError(FakeServer.error(Code.NOT_FOUND, "REPOSITORY_NOT_FOUND", Map.of()));
              return;
            }
            answer.onNext(step(1));
            answer.onCompleted();
          });
      RuntimeException thrown =
          assertThrows(
              RuntimeException.class,
              () -> {
                var unused =
                    async
                        ? reservations.endRequestAsync(change).join()
                        : reservations.endRequest(change);
              });
      OutcomeUnknownException unknown =
          assertInstanceOf(OutcomeUnknownException.class, async ? thrown.getCause() : thrown);
      assertEquals("mine", unknown.operationId());
    }
  }

  private static EndRequestResponse step(int left) {
    return EndRequestResponse.newBuilder()
        .setReleasedCount(10L * (3 - left))
        .setReleasedBytes(3 - left)
        .setAvailableBytes(7)
        .setMore(left > 0)
        .build();
  }

  @Test
  void endRequest() throws Exception {
    server.answer(
        ReservationsServiceGrpc.getEndRequestMethod(),
        EndRequestResponse.newBuilder()
            .setReleasedCount(1)
            .setReleasedBytes(2)
            .setAvailableBytes(3)
            .build());
    var sent = Requests.endRequest("cold", "0xab", "mine");
    var change = EndRequest.of("0xab").withRepositoryId("cold").withOperationId("mine");
    var ended = new RequestEnded(1, 2, 3);
    assertAnswer(ended, reservations.endRequest(change), sent);
    assertAnswer(ended, reservations.endRequestAsync(change).join(), sent);
    OperationIdsTest.assertVersion7(EndRequest.of("0xab").operationId());
  }

  @Test
  void whatWouldNotBeSafeIsNotOffered() {
    var reason = ReleaseReason.ATTEMPT_FAILED;
    assertThrows(IllegalArgumentException.class, () -> FillSlot.of(SLOT, 0));
    assertThrows(IllegalArgumentException.class, () -> ReleaseSlot.of(SLOT, 0, reason));
    assertThrows(
        IllegalArgumentException.class, () -> RenewLease.of(SLOT, -1, Duration.ofSeconds(1)));
    assertThrows(IllegalArgumentException.class, () -> ReserveSlot.of(SLOT, 1).withOperationId(""));
    assertThrows(IllegalArgumentException.class, () -> FillSlot.of(SLOT, 1).withOperationId(""));
    assertThrows(
        IllegalArgumentException.class, () -> ReleaseSlot.of(SLOT, 1, reason).withOperationId(""));
    assertThrows(IllegalArgumentException.class, () -> EndRequest.of("r").withOperationId(""));
  }

  @Test
  @SuppressWarnings("NullAway") // Callers need not run it.
  void nullIsRefusedAtOnce() {
    assertThrows(NullPointerException.class, () -> new Slot(null, 0));
    assertThrows(NullPointerException.class, () -> ReserveSlot.of(null, 1));
    assertThrows(NullPointerException.class, () -> ReserveSlot.of(SLOT, 1).withLease(null));
    assertThrows(NullPointerException.class, () -> FillSlot.of(SLOT, 1).withOperationId(null));
    assertThrows(NullPointerException.class, () -> ReleaseSlot.of(SLOT, 1, null));
    assertThrows(NullPointerException.class, () -> reservations.get(null, SLOT));
    assertEquals(0, server.attempts().size());
  }

  @Test
  void aSlotIndexIsShownUnsigned() {
    assertEquals("Slot[requestId=0xab, slotIndex=18446744073709551615]", SLOT.toString());
  }

  private void assertAnswer(Object expected, Object answered, Message sent)
      throws InterruptedException {
    assertEquals(expected, answered);
    assertEquals(sent, server.next().request());
  }
}
