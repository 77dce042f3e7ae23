package dev.holdfast.client;

import static dev.holdfast.client.ReservationsTest.SLOT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.client.errors.OutcomeUnknownException;
import dev.holdfast.client.requests.ReserveSlot;
import dev.holdfast.client.results.SlotReserved;
import dev.holdfast.testing.rpc.FakeServer;
import dev.holdfast.v1.GetReservationResponse;
import dev.holdfast.v1.ReservationsServiceGrpc;
import dev.holdfast.v1.ReserveSlotResponse;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.Context;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.MethodDescriptor;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Waiting for an answer, and not waiting any more. */
class FuturesTest {
  private final FakeServer server = FakeServer.start();
  private final CancelCounter cancels = new CancelCounter();

  /** Patient, lest a deadline cancel what a test did not. */
  private final HoldfastClient client =
      HoldfastClient.builder(server.target())
          .interceptor(cancels)
          .defaultDeadline(Duration.ofSeconds(60))
          .build();

  private final CountDownLatch arrived = new CountDownLatch(1);
  private final CountDownLatch cancelled = new CountDownLatch(1);

  /** ReserveSlot is never answered. */
  @BeforeEach
  void hang() {
    server.on(
        ReservationsServiceGrpc.getReserveSlotMethod(),
        (request, answer) -> {
          answer.setOnCancelHandler(cancelled::countDown);
          arrived.countDown();
        });
  }

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  @Test
  void toCancelTheFutureCancelsTheCall() throws Exception {
    CompletableFuture<SlotReserved> future = hangingCall();
    assertTrue(future.cancel(true));
    assertTrue(cancelled.await(60, TimeUnit.SECONDS));
    assertTrue(future.isCancelled());
    assertThrows(CancellationException.class, future::join);
  }

  @Test
  void aFutureThatTimesOutCancelsTheCall() throws Exception {
    CompletableFuture<SlotReserved> future = hangingCall().orTimeout(1, TimeUnit.MILLISECONDS);
    assertTrue(cancelled.await(60, TimeUnit.SECONDS));
    var e = assertThrows(ExecutionException.class, future::get);
    assertInstanceOf(TimeoutException.class, e.getCause());
  }

  @Test
  void whatIsAnsweredIsNotCancelled() throws Exception {
    server.answer(
        ReservationsServiceGrpc.getReserveSlotMethod(), ReserveSlotResponse.getDefaultInstance());
    var future = client.reservations().reserveSlotAsync(ReserveSlot.of(SLOT, 1));
    assertEquals(0, future.get(60, TimeUnit.SECONDS).availableBytes());
    assertEquals(0, cancels.count.get());
  }

  @Test
  void anInterruptedWaitIsCancelledAndTheOutcomeUnknown() throws Exception {
    CompletableFuture<@Nullable Throwable> thrown = new CompletableFuture<>();
    CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
    Thread waiting =
        new Thread(
            () -> {
              try {
                var unused =
                    client
                        .reservations()
                        .reserveSlot(ReserveSlot.of(SLOT, 1).withOperationId("mine"));
                thrown.complete(null);
              } catch (RuntimeException e) {
                thrown.complete(e);
              }
              interrupted.complete(Thread.currentThread().isInterrupted());
            });
    waiting.start();
    assertTrue(arrived.await(60, TimeUnit.SECONDS));
    waiting.interrupt();
    var e = assertInstanceOf(OutcomeUnknownException.class, thrown.get(60, TimeUnit.SECONDS));
    assertEquals("mine", e.operationId());
    assertTrue(interrupted.get(60, TimeUnit.SECONDS));
    assertTrue(cancelled.await(60, TimeUnit.SECONDS));
    waiting.join();
  }

  @Test
  void aCallersContextThatIsCancelledCancelsTheCall() throws Exception {
    try (var context = Context.current().withCancellation()) {
      CompletableFuture<SlotReserved> future = context.call(this::hangingCall);
      context.cancel(new IllegalStateException("enough"));
      assertTrue(cancelled.await(60, TimeUnit.SECONDS));
      var e = assertThrows(ExecutionException.class, future::get);
      assertInstanceOf(OutcomeUnknownException.class, e.getCause());
    }
  }

  @Test
  void anAnswerThatCannotBeReadFailsTheFuture() {
    server.answer(
        ReservationsServiceGrpc.getGetReservationMethod(),
        GetReservationResponse.newBuilder()
            .setReservation(
                dev.holdfast.v1.Reservation.newBuilder()
                    .setCreateTime(
                        com.google.protobuf.Timestamp.newBuilder().setSeconds(Long.MAX_VALUE)))
            .build());
    var future = client.reservations().getAsync(SLOT);
    var e = assertThrows(ExecutionException.class, () -> future.get(60, TimeUnit.SECONDS));
    assertInstanceOf(java.time.DateTimeException.class, e.getCause());
  }

  private CompletableFuture<SlotReserved> hangingCall() throws InterruptedException {
    var future = client.reservations().reserveSlotAsync(ReserveSlot.of(SLOT, 1));
    assertTrue(arrived.await(60, TimeUnit.SECONDS));
    return future;
  }

  private static final class CancelCounter implements ClientInterceptor {
    final AtomicInteger count = new AtomicInteger();

    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(
        MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
      return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
        @Override
        public void cancel(@Nullable String message, @Nullable Throwable cause) {
          count.incrementAndGet();
          super.cancel(message, cause);
        }
      };
    }
  }
}
