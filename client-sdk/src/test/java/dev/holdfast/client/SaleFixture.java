package dev.holdfast.client;

import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import dev.holdfast.client.requests.SellSlot;
import dev.holdfast.testing.rpc.FakeServer;
import dev.holdfast.v1.FillSlotRequest;
import dev.holdfast.v1.FillSlotResponse;
import dev.holdfast.v1.ReleaseSlotRequest;
import dev.holdfast.v1.ReleaseSlotResponse;
import dev.holdfast.v1.RenewLeaseResponse;
import dev.holdfast.v1.ReservationState;
import dev.holdfast.v1.ReservationsServiceGrpc;
import dev.holdfast.v1.SalesServiceGrpc;
import dev.holdfast.v1.SellSlotRequest;
import dev.holdfast.v1.SellSlotResponse;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Sales on a fake server, whose calls agree unless a test scripts errors for them. */
abstract class SaleFixture {
  static final MethodDescriptor<SellSlotRequest, SellSlotResponse> SELL =
      SalesServiceGrpc.getSellSlotMethod();
  static final MethodDescriptor<FillSlotRequest, FillSlotResponse> FILL =
      ReservationsServiceGrpc.getFillSlotMethod();
  static final MethodDescriptor<ReleaseSlotRequest, ReleaseSlotResponse> RELEASE =
      ReservationsServiceGrpc.getReleaseSlotMethod();
  final StatusRuntimeException unknown = Status.INTERNAL.asRuntimeException();
  final StatusRuntimeException draining = FakeServer.error(Code.ABORTED, "DRAINING", Map.of());
  final StatusRuntimeException notFound =
      FakeServer.error(Code.NOT_FOUND, "RESERVATION_NOT_FOUND", Map.of());
  final StatusRuntimeException slotFilled =
      FakeServer.error(Code.FAILED_PRECONDITION, "SLOT_FILLED", Map.of());
  static final String RENEW = "RenewLease";

  final FakeServer server = FakeServer.start();
  final HoldfastClient client = HoldfastClient.builder(server.target()).build();
  final ExecutorService executor = Executors.newSingleThreadExecutor();
  final Steps steps = new Steps();

  @BeforeEach
  void aLedgerThatAgrees() {
    sell(ReservationState.RESERVATION_STATE_RESERVED);
    renew();
    fill();
    release();
  }

  @AfterEach
  void close() {
    executor.shutdownNow();
    client.close();
    server.close();
  }

  Sale sale() {
    return sale(Duration.ofMinutes(1));
  }

  Sale sale(Duration lease) {
    return client
        .saleOf(SellSlot.of(SalesTest.REQUEST).withLease(lease).withOperationId("mine"))
        .withPatience(Duration.ofSeconds(20));
  }

  /** The calls that the server was sent since this was asked last. */
  List<String> calls() {
    List<FakeServer.Attempt> attempts = new ArrayList<>();
    server.attempts().drainTo(attempts);
    return attempts.stream().map(FakeServer.Attempt::method).toList();
  }

  List<Message> sent(String method) {
    return server.attempts().stream()
        .filter(attempt -> attempt.method().equals(method))
        .map(FakeServer.Attempt::request)
        .toList();
  }

  Message last(String method) {
    List<Message> sent = sent(method);
    return sent.get(sent.size() - 1);
  }

  void sell(ReservationState state) {
    server.on(
        SELL,
        (request, answer) ->
            FakeServer.complete(
                answer, sold(Duration.ofSeconds(request.getLease().getSeconds()), state)));
  }

  static SellSlotResponse sold(Duration lease, ReservationState state) {
    var expires = Instant.now().plus(lease);
    return SellSlotResponse.newBuilder()
        .setSold(true)
        .setOfferId("o")
        .setReservation(
            reservation(state)
                .setLeaseExpireTime(Timestamp.newBuilder().setSeconds(expires.getEpochSecond())))
        .build();
  }

  static dev.holdfast.v1.Reservation.Builder reservation(ReservationState state) {
    return ReservationsTest.MESSAGE.toBuilder().setState(state);
  }

  void renew(StatusRuntimeException... errors) {
    script(
        ReservationsServiceGrpc.getRenewLeaseMethod(),
        RenewLeaseResponse.getDefaultInstance(),
        errors);
  }

  void fill(StatusRuntimeException... errors) {
    script(
        FILL,
        FillSlotResponse.newBuilder()
            .setReservation(reservation(ReservationState.RESERVATION_STATE_FILLED))
            .build(),
        errors);
  }

  void release(StatusRuntimeException... errors) {
    script(RELEASE, ReleaseSlotResponse.getDefaultInstance(), errors);
  }

  /** SellSlot fails with these, then sells. */
  void fail(
      MethodDescriptor<SellSlotRequest, SellSlotResponse> method,
      StatusRuntimeException... errors) {
    script(
        method, sold(Duration.ofMinutes(1), ReservationState.RESERVATION_STATE_RESERVED), errors);
  }

  /** A call fails with these, one an attempt, then is answered. */
  <Q extends Message, A extends Message> void script(
      MethodDescriptor<Q, A> method, A answer, StatusRuntimeException... errors) {
    Queue<StatusRuntimeException> queue = new ArrayDeque<>(List.of(errors));
    server.on(method, (request, observer) -> answer(observer, queue.poll(), answer));
  }

  static <A> void answer(
      io.grpc.stub.ServerCallStreamObserver<A> observer,
      @Nullable StatusRuntimeException error,
      A answer) {
    if (error != null) {
      observer.onError(error);
    } else {
      FakeServer.complete(observer, answer);
    }
  }

  static void sneak(Throwable failure) throws Exception {
    if (failure instanceof Error error) {
      throw error;
    }
    throw (Exception) failure;
  }

  interface Step {
    void run() throws Exception;
  }

  static final class Steps implements SaleSteps<Exception> {
    final List<String> done = new ArrayList<>();
    Step prepare = () -> {};
    Step submit = () -> {};
    private @Nullable SaleInProgress sale;

    SaleInProgress sale() {
      return Objects.requireNonNull(sale);
    }

    @Override
    public void prepare(SaleInProgress sale) throws Exception {
      this.sale = sale;
      done.add("prepare " + sale.reservation().generation());
      prepare.run();
    }

    @Override
    public void submit(SaleInProgress sale) throws Exception {
      done.add("submit " + sale.reservation().generation());
      submit.run();
    }
  }
}
