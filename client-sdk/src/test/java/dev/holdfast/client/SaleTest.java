package dev.holdfast.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import dev.holdfast.client.errors.LeaseLostException;
import dev.holdfast.client.errors.OutcomeUnknownException;
import dev.holdfast.client.errors.ReservationNotFoundException;
import dev.holdfast.client.errors.ReservationReleasedException;
import dev.holdfast.client.errors.SaleUnsettledException;
import dev.holdfast.client.errors.SubmissionUnknownException;
import dev.holdfast.client.errors.UnavailableException;
import dev.holdfast.client.requests.SellSlot;
import dev.holdfast.client.results.SaleResult;
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
import io.grpc.Context;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A sale to its end, whatever fails on the way. */
class SaleTest {
  private static final MethodDescriptor<SellSlotRequest, SellSlotResponse> SELL =
      SalesServiceGrpc.getSellSlotMethod();
  private static final MethodDescriptor<FillSlotRequest, FillSlotResponse> FILL =
      ReservationsServiceGrpc.getFillSlotMethod();
  private static final MethodDescriptor<ReleaseSlotRequest, ReleaseSlotResponse> RELEASE =
      ReservationsServiceGrpc.getReleaseSlotMethod();
  private final StatusRuntimeException unknown = Status.INTERNAL.asRuntimeException();
  private final StatusRuntimeException draining =
      FakeServer.error(Code.ABORTED, "DRAINING", Map.of());
  private final StatusRuntimeException notFound =
      FakeServer.error(Code.NOT_FOUND, "RESERVATION_NOT_FOUND", Map.of());
  private final StatusRuntimeException slotFilled =
      FakeServer.error(Code.FAILED_PRECONDITION, "SLOT_FILLED", Map.of());
  private static final String RENEW = "RenewLease";

  private final FakeServer server = FakeServer.start();
  private final HoldfastClient client = HoldfastClient.builder(server.target()).build();
  private final ExecutorService executor = Executors.newSingleThreadExecutor();
  private final Steps steps = new Steps();

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

  @Test
  void itIsSoldPreparedConfirmedSubmittedAndFilled() throws Exception {
    SaleResult.Sold sold = assertInstanceOf(SaleResult.Sold.class, sale().run(steps));
    assertEquals(dev.holdfast.client.model.ReservationState.FILLED, sold.reservation().state());
    assertEquals("o", sold.offerId());
    assertEquals(List.of("prepare 41", "submit 41"), steps.done);
    assertEquals(List.of("SellSlot", RENEW, "FillSlot"), calls());
  }

  @Test
  void whatIsDeclinedHasNoSteps() throws Exception {
    server.answer(SELL, SellSlotResponse.newBuilder().setSold(false).build());
    assertInstanceOf(SaleResult.Declined.class, sale().run(steps));
    assertEquals(List.of(), steps.done);
  }

  @Test
  void aSaleThatAnEarlierRunFilledHasNoSteps() throws Exception {
    sell(ReservationState.RESERVATION_STATE_FILLED);
    assertInstanceOf(SaleResult.Sold.class, sale().run(steps));
    assertEquals(List.of(), steps.done);
    assertEquals(List.of("SellSlot"), calls());
  }

  @Test
  void aSlotThatIsFilledMeanwhileIsNotSubmitted() throws Exception {
    renew(slotFilled);
    assertInstanceOf(SaleResult.Sold.class, sale().run(steps));
    assertEquals(List.of("prepare 41"), steps.done);
    assertEquals(List.of("SellSlot", RENEW, "FillSlot"), calls());
  }

  @Test
  void withoutALeaseThereIsNoSale() {
    var change = SellSlot.of(SalesTest.REQUEST);
    assertThrows(IllegalArgumentException.class, () -> client.saleOf(change));
  }

  static Stream<Throwable> failures() {
    return Stream.of(
        new IOException("checked"), new IllegalStateException("unchecked"), new Error("error"));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void aFailedPreparationIsReleased(Throwable failure) {
    steps.prepare = () -> sneak(failure);
    assertSame(failure, assertThrows(Throwable.class, () -> sale().run(steps)));
    assertEquals(List.of("SellSlot", "ReleaseSlot"), calls());
    assertEquals(0, failure.getSuppressed().length);
  }

  @ParameterizedTest
  @MethodSource("failures")
  void aFailedSubmissionIsReleased(Throwable failure) throws Exception {
    steps.submit = () -> sneak(failure);
    assertSame(failure, assertThrows(Throwable.class, () -> sale().run(steps)));
    var sent = (ReleaseSlotRequest) last("ReleaseSlot");
    assertEquals(41, sent.getGeneration());
    assertEquals(dev.holdfast.v1.ReleaseReason.RELEASE_REASON_ATTEMPT_FAILED, sent.getReason());
    OperationIdsTest.assertVersion7(sent.getOperationId());
  }

  @Test
  void aSubmissionThatNobodyKnowsOfIsLeftAlone() {
    var noReceipt = new SubmissionUnknownException("no receipt", new IOException());
    steps.submit = () -> sneak(noReceipt);
    assertSame(noReceipt, assertThrows(SubmissionUnknownException.class, () -> sale().run(steps)));
    assertEquals(List.of("SellSlot", RENEW), calls());
    steps.prepare = () -> sneak(noReceipt);
    assertSame(noReceipt, assertThrows(SubmissionUnknownException.class, () -> sale().run(steps)));
    assertEquals(List.of("SellSlot", "ReleaseSlot"), calls());
  }

  @Test
  void anInterruptedThreadGivesItUp() {
    steps.prepare = () -> Thread.currentThread().interrupt();
    assertThrows(InterruptedException.class, () -> sale().run(steps));
    assertEquals(List.of("SellSlot", RENEW, "ReleaseSlot"), calls());
    assertFalse(Thread.interrupted());
    Thread.currentThread().interrupt();
    assertThrows(InterruptedException.class, () -> sale().run(steps));
    assertEquals(List.of("SellSlot", "ReleaseSlot"), calls());
  }

  @Test
  void anInterruptAfterTheSubmissionDoesNotGiveItUp() throws Exception {
    steps.submit = () -> Thread.currentThread().interrupt();
    assertInstanceOf(SaleResult.Sold.class, sale().run(steps));
    assertTrue(Thread.interrupted());
  }

  @Test
  void toCancelTheFutureGivesItUp() throws Exception {
    CountDownLatch preparing = new CountDownLatch(1);
    CompletableFuture<String> end = new CompletableFuture<>();
    steps.prepare =
        () -> {
          preparing.countDown();
          try {
            new CountDownLatch(1).await();
          } catch (InterruptedException e) {
            end.complete("interrupted");
            throw e;
          }
        };
    var future = sale().runAsync(steps, executor);
    assertTrue(preparing.await(60, TimeUnit.SECONDS));
    assertTrue(future.cancel(true));
    assertEquals("interrupted", end.get(60, TimeUnit.SECONDS));
    // Behind it, on the same thread.
    assertFalse(executor.submit(() -> Thread.currentThread().isInterrupted()).get());
    assertEquals(List.of("SellSlot", "ReleaseSlot"), calls());
    assertThrows(CancellationException.class, future::join);
  }

  @Test
  void whatIsCancelledBeforeItBeginsSellsNothing() throws Exception {
    CountDownLatch busy = new CountDownLatch(1);
    var unused = executor.submit(() -> busy.await(60, TimeUnit.SECONDS));
    assertTrue(sale().runAsync(steps, executor).cancel(true));
    busy.countDown();
    assertTrue(executor.submit(() -> true).get());
    assertEquals(List.of(), calls());
  }

  @Test
  void theFutureIsAnsweredOrFailed() throws Exception {
    assertInstanceOf(
        SaleResult.Sold.class, sale().runAsync(steps, executor).get(60, TimeUnit.SECONDS));
    var failure = new IOException("of a step");
    steps.prepare = () -> sneak(failure);
    var future = sale().runAsync(steps, executor);
    var e = assertThrows(Exception.class, () -> future.get(60, TimeUnit.SECONDS));
    assertSame(failure, e.getCause());
  }

  @Test
  void aCallersContextThatEndsKeepsNothingFromBeingReleased() throws Exception {
    var failure = new IllegalStateException("of a step");
    try (var context = Context.current().withCancellation()) {
      steps.prepare =
          () -> {
            context.cancel(null);
            throw failure;
          };
      assertSame(
          failure, assertThrows(Exception.class, () -> context.call(() -> sale().run(steps))));
    }
    assertEquals(List.of("SellSlot", "ReleaseSlot"), calls());
    assertEquals(0, failure.getSuppressed().length);
  }

  @Test
  void theLeaseIsRenewedMeanwhile() throws Exception {
    CountDownLatch renewals = new CountDownLatch(3);
    Queue<StatusRuntimeException> errors = new ArrayDeque<>(List.of(draining, unknown));
    server.on(
        ReservationsServiceGrpc.getRenewLeaseMethod(),
        (request, answer) -> {
          renewals.countDown();
          answer(answer, errors.poll(), RenewLeaseResponse.getDefaultInstance());
        });
    steps.prepare = () -> assertTrue(renewals.await(60, TimeUnit.SECONDS));
    assertInstanceOf(SaleResult.Sold.class, sale(Duration.ofMillis(300)).run(steps));
    assertEquals(List.of("prepare 41", "submit 41"), steps.done);
  }

  @Test
  void aLostLeaseInterruptsThePreparation() {
    renew(notFound);
    // Renewed at once, and with time for the answer.
    server.answer(SELL, sold(Duration.ZERO, ReservationState.RESERVATION_STATE_RESERVED));
    steps.prepare = () -> new CountDownLatch(1).await();
    var e = assertThrows(LeaseLostException.class, () -> sale().run(steps));
    assertEquals(41, e.reservation().generation());
    assertInstanceOf(ReservationNotFoundException.class, e.getCause());
    assertInstanceOf(InterruptedException.class, e.getSuppressed()[0]);
    assertFalse(Thread.interrupted());
    assertEquals(List.of("prepare 41"), steps.done);
    assertEquals(List.of("SellSlot", RENEW), calls());
  }

  @Test
  void aLeaseThatIsFoundLostIsNotSubmitted() {
    renew(FakeServer.error(Code.ABORTED, "GENERATION_MISMATCH", Map.of()));
    assertThrows(LeaseLostException.class, () -> sale().run(steps));
    assertEquals(List.of("prepare 41"), steps.done);
    assertEquals(List.of("SellSlot", RENEW), calls());
  }

  @Test
  void aSubmissionIsNotInterruptedByALostLeaseAndReconcileIsDue() throws Exception {
    Queue<StatusRuntimeException> errors = new ArrayDeque<>();
    server.on(
        ReservationsServiceGrpc.getRenewLeaseMethod(),
        (request, answer) ->
            answer(answer, errors.peek(), RenewLeaseResponse.getDefaultInstance()));
    fill(notFound);
    steps.submit =
        () -> {
          errors.add(notFound);
          while (!steps.sale().isLeaseLost()) {
            Thread.onSpinWait();
          }
          assertFalse(Thread.currentThread().isInterrupted());
        };
    var e =
        assertThrows(SaleUnsettledException.class, () -> sale(Duration.ofMillis(300)).run(steps));
    assertInstanceOf(ReservationNotFoundException.class, e.getCause());
    assertEquals(41, e.reservation().generation());
    assertFalse(calls().contains("ReleaseSlot"));
  }

  @Test
  void nothingIsSubmittedBeforeTheLedgerConfirmed() throws Exception {
    renew(unknown, draining);
    assertInstanceOf(SaleResult.Sold.class, sale().run(steps));
    assertEquals(List.of("SellSlot", RENEW, RENEW, RENEW, "FillSlot"), calls());
    renew(Stream.generate(() -> draining).limit(1_000).toArray(StatusRuntimeException[]::new));
    steps.done.clear();
    var brief = sale().withPatience(Duration.ofMillis(300));
    assertThrows(UnavailableException.class, () -> brief.run(steps));
    assertEquals(List.of("prepare 41"), steps.done);
    assertEquals("ReleaseSlot", calls().stream().reduce("", (first, second) -> second));
  }

  @Test
  void aSaleWithoutAServerIsNoSale() {
    fail(SELL, draining);
    assertThrows(UnavailableException.class, () -> sale().run(steps));
    assertEquals(List.of("SellSlot"), calls());
  }

  @Test
  void anUnknownSaleIsSentAgainUntilItIsAnswered() throws Exception {
    var unauthenticated = FakeServer.error(Code.UNAUTHENTICATED, "UNAUTHENTICATED", Map.of());
    fail(SELL, unknown, draining, unauthenticated);
    assertInstanceOf(SaleResult.Sold.class, sale().run(steps));
    List<Message> sent = sent("SellSlot");
    assertEquals(4, sent.size());
    assertEquals(1, Set.copyOf(sent).size());
  }

  @Test
  void anUnknownSaleThatTurnsOutReleasedIsToldSo() {
    fail(SELL, unknown, FakeServer.error(Code.ABORTED, "RESERVATION_RELEASED", Map.of()));
    assertThrows(ReservationReleasedException.class, () -> sale().run(steps));
    assertEquals(List.of("SellSlot", "SellSlot"), calls());
  }

  @Test
  void aSaleThatStaysUnknownSaysWhatTheLedgerMayHold() {
    server.fail(SELL, unknown);
    var brief = sale().withPatience(Duration.ofMillis(300));
    var e = assertThrows(OutcomeUnknownException.class, () -> brief.run(steps));
    assertEquals("mine", e.operationId());
    assertTrue(e.getMessage().contains("lease of PT1M"), e.getMessage());
    assertEquals(List.of(), steps.done);
  }

  @Test
  void anUnknownFillIsSentAgainUntilItIsAnswered() throws Exception {
    fill(unknown, draining, unknown);
    assertInstanceOf(SaleResult.Sold.class, sale().run(steps));
    List<Message> sent = sent("FillSlot");
    assertEquals(4, sent.size());
    assertEquals(1, Set.copyOf(sent).size());
  }

  @Test
  void aFillThatStaysUnknownIsNeverReleased() {
    server.fail(FILL, unknown);
    var brief = sale().withPatience(Duration.ofMillis(300));
    var e = assertThrows(SaleUnsettledException.class, () -> brief.run(steps));
    assertInstanceOf(OutcomeUnknownException.class, e.getCause());
    assertFalse(calls().contains("ReleaseSlot"));
  }

  @Test
  void anUnknownReleaseIsSentAgainUntilItIsAnswered() throws Exception {
    var failure = new IOException("of a step");
    steps.prepare = () -> sneak(failure);
    release(unknown, draining);
    assertSame(failure, assertThrows(IOException.class, () -> sale().run(steps)));
    assertEquals(0, failure.getSuppressed().length);
    List<Message> sent = sent("ReleaseSlot");
    assertEquals(3, sent.size());
    assertEquals(1, Set.copyOf(sent).size());
  }

  @Test
  void aReleaseThatStaysUnknownIsSuppressed() {
    var failure = new IOException("of a step");
    steps.prepare = () -> sneak(failure);
    server.fail(RELEASE, unknown);
    var brief = sale().withPatience(Duration.ofMillis(300));
    assertSame(failure, assertThrows(IOException.class, () -> brief.run(steps)));
    var suppressed = assertInstanceOf(OutcomeUnknownException.class, failure.getSuppressed()[0]);
    assertTrue(suppressed.getMessage().contains("lease of PT1M"), suppressed.getMessage());
  }

  @Test
  void aReleaseThatFindsNothingIsFineAndOneThatIsRefusedIsSuppressed() {
    var failure = new IOException("of a step");
    steps.prepare = () -> sneak(failure);
    release(notFound);
    assertSame(failure, assertThrows(IOException.class, () -> sale().run(steps)));
    assertEquals(0, failure.getSuppressed().length);
    release(slotFilled);
    assertSame(failure, assertThrows(IOException.class, () -> sale().run(steps)));
    assertEquals(1, failure.getSuppressed().length);
  }

  private Sale sale() {
    return sale(Duration.ofMinutes(1));
  }

  private Sale sale(Duration lease) {
    return client
        .saleOf(SellSlot.of(SalesTest.REQUEST).withLease(lease).withOperationId("mine"))
        .withPatience(Duration.ofSeconds(20));
  }

  /** The calls that the server was sent since this was asked last. */
  private List<String> calls() {
    List<FakeServer.Attempt> attempts = new ArrayList<>();
    server.attempts().drainTo(attempts);
    return attempts.stream().map(FakeServer.Attempt::method).toList();
  }

  private List<Message> sent(String method) {
    return server.attempts().stream()
        .filter(attempt -> attempt.method().equals(method))
        .map(FakeServer.Attempt::request)
        .toList();
  }

  private Message last(String method) {
    List<Message> sent = sent(method);
    return sent.get(sent.size() - 1);
  }

  private void sell(ReservationState state) {
    server.on(
        SELL,
        (request, answer) ->
            FakeServer.complete(
                answer, sold(Duration.ofSeconds(request.getLease().getSeconds()), state)));
  }

  private static SellSlotResponse sold(Duration lease, ReservationState state) {
    var expires = Instant.now().plus(lease);
    return SellSlotResponse.newBuilder()
        .setSold(true)
        .setOfferId("o")
        .setReservation(
            reservation(state)
                .setLeaseExpireTime(Timestamp.newBuilder().setSeconds(expires.getEpochSecond())))
        .build();
  }

  private static dev.holdfast.v1.Reservation.Builder reservation(ReservationState state) {
    return ReservationsTest.MESSAGE.toBuilder().setState(state);
  }

  private void renew(StatusRuntimeException... errors) {
    script(
        ReservationsServiceGrpc.getRenewLeaseMethod(),
        RenewLeaseResponse.getDefaultInstance(),
        errors);
  }

  private void fill(StatusRuntimeException... errors) {
    script(
        FILL,
        FillSlotResponse.newBuilder()
            .setReservation(reservation(ReservationState.RESERVATION_STATE_FILLED))
            .build(),
        errors);
  }

  private void release(StatusRuntimeException... errors) {
    script(RELEASE, ReleaseSlotResponse.getDefaultInstance(), errors);
  }

  /** SellSlot fails with these, then sells. */
  private void fail(
      MethodDescriptor<SellSlotRequest, SellSlotResponse> method,
      StatusRuntimeException... errors) {
    script(
        method, sold(Duration.ofMinutes(1), ReservationState.RESERVATION_STATE_RESERVED), errors);
  }

  /** A call fails with these, one an attempt, then is answered. */
  private <Q extends Message, A extends Message> void script(
      MethodDescriptor<Q, A> method, A answer, StatusRuntimeException... errors) {
    Queue<StatusRuntimeException> queue = new ArrayDeque<>(List.of(errors));
    server.on(method, (request, observer) -> answer(observer, queue.poll(), answer));
  }

  private static <A> void answer(
      io.grpc.stub.ServerCallStreamObserver<A> observer,
      @Nullable StatusRuntimeException error,
      A answer) {
    if (error != null) {
      observer.onError(error);
    } else {
      FakeServer.complete(observer, answer);
    }
  }

  private static void sneak(Throwable failure) throws Exception {
    if (failure instanceof Error error) {
      throw error;
    }
    throw (Exception) failure;
  }

  private interface Step {
    void run() throws Exception;
  }

  private static final class Steps implements SaleSteps<Exception> {
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
