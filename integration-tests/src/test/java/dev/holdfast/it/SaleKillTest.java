package dev.holdfast.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.testing.Poll;
import dev.holdfast.testing.Seed;
import dev.holdfast.testing.junit.SalesFixture;
import dev.holdfast.testing.process.ServerProcess;
import dev.holdfast.testing.rpc.Refusal;
import dev.holdfast.testing.rpc.Requests;
import dev.holdfast.testing.rpc.Stubs;
import dev.holdfast.v1.GetOfferRequest;
import dev.holdfast.v1.Offer;
import dev.holdfast.v1.ReleaseReason;
import dev.holdfast.v1.Reservation;
import dev.holdfast.v1.SellSlotRequest;
import dev.holdfast.v1.SellSlotResponse;
import dev.holdfast.v1.VerifyRequest;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Servers are killed under sellers: each sale that was answered is there with its slot, and what
 * was not answered is sent again and made once.
 *
 * <p>{@code -Dholdfast.kill.cycles=100} kills as often as that.
 */
class SaleKillTest {
  private static final int CYCLES = Integer.getInteger("holdfast.kill.cycles", 3);
  private static final int SELLERS = 16;
  private static final int ANSWERS_A_CYCLE = 300;

  /** Less than the repository has, so that the offer is sold out now and then. */
  private static final long OFFERED_BYTES = 3000;

  @TempDir Path directory = Path.of("");

  private final AtomicInteger answered = new AtomicInteger();

  @Test
  void noSaleIsLostOrMadeTwice() throws Exception {
    Path dataDir = directory.resolve("data");
    List<Seller> sellers = new ArrayList<>();
    for (int i = 0; i < SELLERS; i++) {
      sellers.add(new Seller("seller" + i));
    }
    ExecutorService threads = Executors.newFixedThreadPool(SELLERS);
    try {
      for (int cycle = 0; cycle < CYCLES; cycle++) {
        try (ServerProcess server = ServerProcess.start(dataDir, "--capacity", "10000");
            Stubs stubs = new Stubs(server.target())) {
          sellUntilKilled(server, stubs, sellers, threads);
        }
        try (ServerProcess server = ServerProcess.start(dataDir);
            Stubs stubs = new Stubs(server.target())) {
          compare(stubs, sellers);
        }
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private void sellUntilKilled(
      ServerProcess server, Stubs stubs, List<Seller> sellers, ExecutorService threads)
      throws Exception {
    Offer.Builder offer = SalesFixture.offer("a").setTotalBytes(OFFERED_BYTES);
    var unused = stubs.sales().putOffer(SalesFixture.putting("default", offer));
    int enough = answered.get() + ANSWERS_A_CYCLE;
    List<Future<?>> working = new ArrayList<>();
    sellers.forEach(seller -> working.add(threads.submit(() -> seller.work(stubs))));
    Poll.until(
        "sales are answered",
        () -> answered.get() >= enough || working.stream().anyMatch(Future::isDone));
    server.kill();
    for (Future<?> seller : working) {
      assertNull(seller.get());
    }
  }

  private static void compare(Stubs stubs, List<Seller> sellers) {
    sellers.forEach(seller -> seller.finish(stubs));
    sellers.forEach(seller -> seller.sendAllAgain(stubs));
    long held =
        sellers.stream()
            .flatMap(seller -> seller.held.values().stream())
            .mapToLong(Reservation::getAmountBytes)
            .sum();
    GetOfferRequest request = GetOfferRequest.newBuilder().setOfferId("a").build();
    assertEquals(held, stubs.sales().getOffer(request).getOffer().getSoldBytes());
    assertTrue(held <= OFFERED_BYTES);
    assertTrue(stubs.repositories().verify(VerifyRequest.getDefaultInstance()).getConsistent());
  }

  /** Sells and releases in turn, one thing at a time, and keeps what was not answered. */
  private final class Seller {
    private final String name;
    private final Random random;
    private final Map<String, SellSlotRequest> sales = new LinkedHashMap<>();
    private final Map<String, Reservation> held = new LinkedHashMap<>();
    private @Nullable SellSlotRequest selling;
    private @Nullable String releasing;

    Seller(String name) {
      this.name = name;
      random = new Random(Seed.VALUE + name.hashCode());
    }

    void work(Stubs stubs) {
      try {
        while (true) {
          if (!held.isEmpty() && random.nextInt(5) < 2) {
            releasing = List.copyOf(held.keySet()).get(random.nextInt(held.size()));
          } else {
            long bytes = random.nextLong(1, 100);
            String id = name + "-" + sales.size();
            selling = SalesFixture.selling("default", "r" + random.nextInt(9), bytes, id).build();
          }
          finish(stubs);
          answered.incrementAndGet();
        }
      } catch (StatusRuntimeException e) {
        com.google.rpc.Status status = StatusProto.fromThrowable(e);
        assertTrue(status == null || status.getDetailsCount() == 0, "refused: " + status);
      }
    }

    /** Does what is to be done, whether or not it was done before. */
    void finish(Stubs stubs) {
      if (selling != null) {
        SellSlotResponse answer = stubs.sales().sellSlot(selling);
        if (answer.getSold()) {
          sales.put(selling.getOperationId(), selling);
          held.put(selling.getOperationId(), answer.getReservation());
        }
        selling = null;
      }
      if (releasing != null) {
        Reservation reservation = Objects.requireNonNull(held.get(releasing));
        var answer =
            stubs
                .reservations()
                .releaseSlot(
                    Requests.releaseSlot(
                        "",
                        reservation.getSlot(),
                        reservation.getGeneration(),
                        ReleaseReason.RELEASE_REASON_UNSPECIFIED,
                        releasing));
        assertFalse(answer.getAlreadyReleased());
        assertEquals(reservation.getAmountBytes(), answer.getReleasedBytes());
        held.remove(releasing);
        releasing = null;
      }
    }

    void sendAllAgain(Stubs stubs) {
      sales.forEach(
          (id, request) -> {
            if (held.containsKey(id)) {
              assertEquals(held.get(id), stubs.sales().sellSlot(request).getReservation());
            } else {
              Refusal.expect("RESERVATION_RELEASED", () -> stubs.sales().sellSlot(request));
            }
          });
    }
  }
}
