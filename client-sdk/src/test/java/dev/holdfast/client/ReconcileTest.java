package dev.holdfast.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.client.errors.HoldfastException;
import dev.holdfast.client.errors.OutcomeUnknownException;
import dev.holdfast.client.errors.RevisionCompactedException;
import dev.holdfast.client.errors.RevisionInFutureException;
import dev.holdfast.client.errors.UnavailableException;
import dev.holdfast.client.model.ObservedSlot;
import dev.holdfast.client.model.Slot;
import dev.holdfast.client.requests.Reconcile;
import dev.holdfast.client.results.ReconcileResult;
import dev.holdfast.testing.rpc.FakeServer;
import dev.holdfast.v1.ReconcileHeader;
import dev.holdfast.v1.ReconcileRequest;
import dev.holdfast.v1.ReconcileResponse;
import dev.holdfast.v1.ReservationsServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** An observation of any size as a stream, and its answer. */
class ReconcileTest {
  private static final MethodDescriptor<ReconcileRequest, ReconcileResponse> RECONCILE =
      ReservationsServiceGrpc.getReconcileMethod();
  private static final ReconcileResponse ANSWER =
      ReconcileResponse.newBuilder()
          .setReleasedCount1(1)
          .setFilledCount2(2)
          .setAdoptedCount3(3)
          .setMissingCount4(4)
          .setUnchangedCount(5)
          .addReleased6(slot(6))
          .addFilled7(slot(7))
          .addAdopted8(slot(8))
          .addMissing9(slot(9))
          .setReleasedBytes(10)
          .setAvailableBytes(11)
          .setRevision(12)
          .build();
  private static final ReconcileResult RESULT =
      new ReconcileResult(slots(1, 6), slots(2, 7), slots(3, 8), slots(4, 9), 5, 10, 11, 12);

  private final FakeServer server = FakeServer.start();
  private final HoldfastClient client = HoldfastClient.builder(server.target()).build();
  private final Reservations reservations = client.reservations();

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  @Test
  void aHundredThousandSlotsInTheirOrder() {
    List<Long> observed = new ArrayList<>();
    List<ReconcileHeader> headers = new ArrayList<>();
    take(
        message -> {
          if (message.hasHeader()) {
            headers.add(message.getHeader());
          } else {
            message.getObserved().getSlotsList().forEach(each -> observed.add(sizeOf(each)));
          }
        });
    var change =
        Reconcile.asOf(41).withRepositoryId("cold").releasingAttempts().allowingEmpty().asDryRun();
    var header =
        ReconcileHeader.newBuilder()
            .setRepositoryId("cold")
            .setAsOfRevision(41)
            .setReleaseAttempts(true)
            .setAllowEmpty(true)
            .setDryRun(true)
            .build();
    var all = IntStream.range(0, 100_000).mapToObj(Long::valueOf).toList();
    assertEquals(RESULT, reservations.reconcile(change, () -> streamOf(100_000).iterator()));
    assertEquals(all, observed);
    observed.clear();
    assertEquals(
        RESULT, reservations.reconcileAsync(change, () -> streamOf(100_000).iterator()).join());
    assertEquals(all, observed);
    assertEquals(List.of(header, header), headers);
  }

  @Test
  void anObservationOfNothingIsAHeaderAlone() throws Exception {
    take(message -> {});
    assertEquals(RESULT, reservations.reconcile(Reconcile.asOf(41), List.of()));
    assertEquals(
        ReconcileHeader.newBuilder().setAsOfRevision(41).build(),
        ((ReconcileRequest) server.next().request()).getHeader());
    assertEquals(0, server.attempts().size());
  }

  @Test
  void theHeaderComesFirstAlsoWhereTheCallIsReadyBeforeItsStartReturns() throws Exception {
    take(message -> {});
    try (HoldfastClient slow =
        HoldfastClient.builder(server.target()).interceptor(new SlowStart()).build()) {
      var future =
          slow.reservations().reconcileAsync(Reconcile.asOf(7), () -> streamOf(5).iterator());
      assertEquals(RESULT, future.get(60, TimeUnit.SECONDS));
    }
    assertEquals(7, ((ReconcileRequest) server.next().request()).getHeader().getAsOfRevision());
    assertTrue(((ReconcileRequest) server.next().request()).hasObserved());
  }

  @Test
  void noMoreIsDrawnThanTheServerTakes() {
    AtomicInteger drawn = new AtomicInteger();
    AtomicInteger taken = new AtomicInteger();
    AtomicInteger between = new AtomicInteger();
    take(
        message -> {
          int now = taken.addAndGet(message.getObserved().getSlotsCount());
          between.accumulateAndGet(drawn.get() - now, Math::max);
        });
    Iterable<ObservedSlot> counted =
        () -> streamOf(1_000_000).peek(each -> drawn.incrementAndGet()).iterator();
    var patient = reservations.withDeadline(Duration.ofSeconds(60));
    assertEquals(RESULT, patient.reconcile(Reconcile.asOf(1), counted));
    assertEquals(1_000_000, taken.get());
    assertTrue(between.get() < 100_000, between + " slots were drawn ahead");
  }

  @Test
  void theBlockingCallDrawsOnItsOwnThread() {
    take(message -> {});
    Set<Thread> threads = ConcurrentHashMap.newKeySet();
    var unused =
        reservations.reconcile(
            Reconcile.asOf(1),
            () -> streamOf(5_000).peek(each -> threads.add(Thread.currentThread())).iterator());
    assertEquals(Set.of(Thread.currentThread()), threads);
  }

  @Test
  void whatDrawingThrowsIsThrownAndTheServerSeesNoEnd() throws Exception {
    CountDownLatch cancelled = new CountDownLatch(2);
    AtomicInteger ends = new AtomicInteger();
    server.onStream(
        RECONCILE,
        answer -> {
          answer.setOnCancelHandler(cancelled::countDown);
          return taking(message -> {}, () -> ends.incrementAndGet());
        });
    var failure = new IllegalStateException("the chain does not answer");
    Iterable<ObservedSlot> failing =
        () ->
            streamOf(5_000)
                .peek(
                    each -> {
                      if (each.amountBytes() == 4_999) {
                        throw failure;
                      }
                    })
                .iterator();
    assertSame(
        failure,
        assertThrows(
            IllegalStateException.class, () -> reservations.reconcile(Reconcile.asOf(1), failing)));
    var future = reservations.reconcileAsync(Reconcile.asOf(1), failing);
    assertSame(failure, assertThrows(CompletionException.class, future::join).getCause());
    assertTrue(cancelled.await(60, TimeUnit.SECONDS));
    assertEquals(0, ends.get());
  }

  @Test
  void toCancelTheFutureCancelsTheCall() throws Exception {
    CountDownLatch cancelled = new CountDownLatch(1);
    CountDownLatch arrived = new CountDownLatch(1);
    server.onStream(
        RECONCILE,
        answer -> {
          answer.setOnCancelHandler(cancelled::countDown);
          return taking(message -> arrived.countDown(), () -> {});
        });
    var future = reservations.reconcileAsync(Reconcile.asOf(1), List.of());
    assertTrue(arrived.await(60, TimeUnit.SECONDS));
    assertTrue(future.cancel(true));
    assertTrue(cancelled.await(60, TimeUnit.SECONDS));
  }

  @Test
  void anInterruptedWaitCancelsTheCallAndTheOutcomeIsUnknown() throws Exception {
    CountDownLatch cancelled = new CountDownLatch(1);
    CompletableFuture<Boolean> closed = new CompletableFuture<>();
    server.onStream(
        RECONCILE,
        answer -> {
          answer.setOnCancelHandler(cancelled::countDown);
          return taking(message -> {}, () -> closed.complete(true));
        });
    CompletableFuture<Throwable> thrown = new CompletableFuture<>();
    Thread waiting =
        new Thread(
            () -> {
              try {
                var unused = reservations.reconcile(Reconcile.asOf(1), List.of());
              } catch (RuntimeException e) {
                thrown.complete(Thread.currentThread().isInterrupted() ? e : new Error("flag", e));
              }
            });
    waiting.start();
    assertTrue(closed.get(60, TimeUnit.SECONDS));
    waiting.interrupt();
    assertInstanceOf(OutcomeUnknownException.class, thrown.get(60, TimeUnit.SECONDS));
    assertTrue(cancelled.await(60, TimeUnit.SECONDS));
    waiting.join();
  }

  @Test
  void aStreamThatBreaksBeforeItsEndChangedNothing() {
    server.onStream(
        RECONCILE,
        answer -> taking(message -> answer.onError(Status.INTERNAL.asException()), () -> {}));
    Iterable<ObservedSlot> endless =
        () -> Stream.generate(() -> ObservedSlot.of(new Slot("r", 1))).iterator();
    var e =
        assertThrows(
            HoldfastException.class, () -> reservations.reconcile(Reconcile.asOf(1), endless));
    assertEquals(HoldfastException.class, e.getClass());
  }

  @Test
  void afterItsEndTheOutcomeIsUnknownUnlessItWasADryRun() {
    server.onStream(
        RECONCILE,
        answer -> taking(message -> {}, () -> answer.onError(Status.UNAVAILABLE.asException())));
    var change = Reconcile.asOf(1);
    var e =
        assertThrows(
            OutcomeUnknownException.class, () -> reservations.reconcile(change, List.of()));
    assertTrue(e.getMessage().contains("same revision"), e.getMessage());
    assertThrows(
        UnavailableException.class, () -> reservations.reconcile(change.asDryRun(), List.of()));
  }

  @Test
  void refusalsCarryTheirFacts() {
    var compacted =
        FakeServer.error(Code.OUT_OF_RANGE, "REVISION_COMPACTED", Map.of("oldest_revision", "900"));
    var future = FakeServer.error(Code.OUT_OF_RANGE, "REVISION_IN_FUTURE", Map.of("revision", "7"));
    server.onStream(
        RECONCILE,
        answer ->
            taking(
                message ->
                    answer.onError(message.getHeader().getAsOfRevision() == 1 ? compacted : future),
                () -> {}));
    var e =
        assertThrows(
            RevisionCompactedException.class,
            () -> reservations.reconcile(Reconcile.asOf(1), List.of()));
    assertEquals(900, e.oldestRevision());
    var e2 =
        assertThrows(
            RevisionInFutureException.class,
            () -> reservations.reconcile(Reconcile.asOf(2), List.of()));
    assertEquals(7, e2.currentRevision());
  }

  /** Takes everything, then answers. */
  private void take(Consumer<ReconcileRequest> taker) {
    server.onStream(RECONCILE, answer -> taking(taker, () -> FakeServer.complete(answer, ANSWER)));
  }

  private static StreamObserver<ReconcileRequest> taking(
      Consumer<ReconcileRequest> taker, Runnable atEnd) {
    return new StreamObserver<>() {
      @Override
      public void onNext(ReconcileRequest message) {
        taker.accept(message);
      }

      @Override
      public void onError(Throwable t) {}

      @Override
      public void onCompleted() {
        atEnd.run();
      }
    };
  }

  /** The slots 0, 1, 2 … of a request, each with its index as its amount. */
  private static Stream<ObservedSlot> streamOf(int count) {
    return IntStream.range(0, count).mapToObj(i -> new ObservedSlot(new Slot("r", i), i));
  }

  private static long sizeOf(dev.holdfast.v1.ObservedSlot observed) {
    assertEquals(observed.getAmountBytes(), observed.getSlot().getSlotIndex());
    return observed.getAmountBytes();
  }

  private static dev.holdfast.v1.Slot slot(long index) {
    return dev.holdfast.v1.Slot.newBuilder().setRequestId("r").setSlotIndex(index).build();
  }

  private static ReconcileResult.Slots slots(long count, long index) {
    return new ReconcileResult.Slots(count, List.of(new Slot("r", index)));
  }

  /** Gives a call that is ready time to be told so before its start returns. */
  private static final class SlowStart implements ClientInterceptor {
    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(
        MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
      CountDownLatch ready = new CountDownLatch(1);
      return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
        @Override
        public void start(Listener<A> listener, Metadata headers) {
          super.start(
              new SimpleForwardingClientCallListener<>(listener) {
                @Override
                public void onReady() {
                  super.onReady();
                  ready.countDown();
                }
              },
              headers);
          try {
            boolean unused = ready.await(300, TimeUnit.MILLISECONDS);
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
        }
      };
    }
  }
}
