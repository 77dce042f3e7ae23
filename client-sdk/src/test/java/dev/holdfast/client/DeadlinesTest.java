package dev.holdfast.client;

import static dev.holdfast.client.ReservationsTest.SLOT;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.testing.rpc.FakeServer;
import dev.holdfast.v1.GetReservationResponse;
import dev.holdfast.v1.ReservationsServiceGrpc;
import io.grpc.Context;
import io.grpc.Deadline;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How much time the server is told that a call has. */
class DeadlinesTest {
  private final FakeServer server = FakeServer.start();
  private final HoldfastClient client = HoldfastClient.builder(server.target()).build();
  private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
  private final BlockingQueue<Duration> left = new LinkedBlockingQueue<>();

  @BeforeEach
  void tellTheDeadline() {
    server.on(
        ReservationsServiceGrpc.getGetReservationMethod(),
        (request, answer) -> {
          Deadline deadline = Objects.requireNonNull(Context.current().getDeadline());
          left.add(Duration.ofNanos(deadline.timeRemaining(TimeUnit.NANOSECONDS)));
          FakeServer.complete(answer, GetReservationResponse.getDefaultInstance());
        });
  }

  @AfterEach
  void close() {
    client.close();
    server.close();
    scheduler.shutdownNow();
  }

  @Test
  void tenSecondsUnlessSet() throws Exception {
    assertDeadline(10, client.reservations());
  }

  @Test
  void theClientsOwn() throws Exception {
    try (HoldfastClient patient =
        HoldfastClient.builder(server.target()).defaultDeadline(Duration.ofSeconds(60)).build()) {
      assertDeadline(60, patient.reservations());
    }
  }

  @Test
  void aFacetsOwn() throws Exception {
    assertDeadline(60, client.reservations().withDeadline(Duration.ofSeconds(60)));
    assertDeadline(10, client.reservations());
  }

  @Test
  void theCallersWhereItIsSmaller() throws Exception {
    within(Duration.ofSeconds(5), () -> assertDeadline(5, client.reservations()));
  }

  @Test
  void notTheCallersWhereItIsLarger() throws Exception {
    within(Duration.ofSeconds(60), () -> assertDeadline(10, client.reservations()));
  }

  @Test
  void aDeadlineOfNothingIsRefused() {
    var reservations = client.reservations();
    assertThrows(IllegalArgumentException.class, () -> reservations.withDeadline(Duration.ZERO));
    var repositories = client.repositories();
    assertThrows(
        IllegalArgumentException.class, () -> repositories.withDeadline(Duration.ofSeconds(-1)));
    var builder = HoldfastClient.builder("localhost:1");
    assertThrows(
        IllegalArgumentException.class, () -> builder.defaultDeadline(Duration.ofSeconds(-1)));
  }

  private interface Body {
    void run() throws Exception;
  }

  private void within(Duration deadline, Body body) throws Exception {
    try (var context =
        Context.current().withDeadlineAfter(deadline.toNanos(), TimeUnit.NANOSECONDS, scheduler)) {
      context.call(
          () -> {
            body.run();
            return true;
          });
    }
  }

  /** Blocking or not, the server has at most these seconds, and not many fewer. */
  private void assertDeadline(int seconds, Reservations reservations) throws Exception {
    var unused = reservations.get(SLOT);
    var unusedToo = reservations.getAsync(SLOT).get();
    for (int i = 0; i < 2; i++) {
      Duration told = Objects.requireNonNull(left.poll(60, TimeUnit.SECONDS));
      assertTrue(told.compareTo(Duration.ofSeconds(seconds)) <= 0, told.toString());
      assertTrue(told.compareTo(Duration.ofSeconds(seconds - 4)) > 0, told.toString());
    }
  }
}
