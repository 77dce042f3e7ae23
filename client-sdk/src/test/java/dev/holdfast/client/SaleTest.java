package dev.holdfast.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.client.errors.SubmissionUnknownException;
import dev.holdfast.client.requests.SellSlot;
import dev.holdfast.client.results.SaleResult;
import dev.holdfast.v1.ReleaseSlotRequest;
import dev.holdfast.v1.ReservationState;
import dev.holdfast.v1.SellSlotResponse;
import io.grpc.Context;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A sale to its end: its steps, what fails in them, and what cancels it. */
class SaleTest extends SaleFixture {
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
}
