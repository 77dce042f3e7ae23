package dev.holdfast.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.client.errors.LeaseLostException;
import dev.holdfast.client.errors.ReservationNotFoundException;
import dev.holdfast.client.errors.SaleUnsettledException;
import dev.holdfast.client.errors.UnavailableException;
import dev.holdfast.client.results.SaleResult;
import dev.holdfast.testing.rpc.FakeServer;
import dev.holdfast.v1.RenewLeaseResponse;
import dev.holdfast.v1.ReservationState;
import dev.holdfast.v1.ReservationsServiceGrpc;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The lease of a sale, which is renewed, lost, and confirmed before anything is submitted. */
class SaleLeaseTest extends SaleFixture {
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
}
