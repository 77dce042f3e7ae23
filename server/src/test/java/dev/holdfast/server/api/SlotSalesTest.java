package dev.holdfast.server.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Duration;
import dev.holdfast.server.api.calls.PendingResponses;
import dev.holdfast.server.api.calls.ReadExecutors;
import dev.holdfast.server.ledger.FaultyStore;
import dev.holdfast.server.ledger.Ledger;
import dev.holdfast.server.ledger.NotedWatch;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.rules.Outcome;
import dev.holdfast.server.ledger.rules.Sales;
import dev.holdfast.server.ledger.rules.repositories.CreateRepository;
import dev.holdfast.server.ledger.rules.sales.PutOffer;
import dev.holdfast.server.ledger.rules.slots.Apply;
import dev.holdfast.server.ledger.rules.slots.ReserveSlot;
import dev.holdfast.server.ledger.rules.slots.Step;
import dev.holdfast.testing.rpc.Refusal;
import dev.holdfast.v1.DeclineReason;
import dev.holdfast.v1.SalesServiceGrpc;
import dev.holdfast.v1.SalesServiceGrpc.SalesServiceBlockingStub;
import dev.holdfast.v1.SellSlotRequest;
import dev.holdfast.v1.SellSlotResponse;
import dev.holdfast.v1.StorageRequest;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Sales of a request of which more slots are reserved than are drawn. */
class SlotSalesTest {
  private static final int SLOTS = 2000;

  private final FaultyStore store = new FaultyStore();
  private final NotedWatch watch = new NotedWatch();
  private final Ledger ledger = new Ledger(store, () -> 1, 100_000, watch);
  private final ReadExecutors readers = new ReadExecutors(2);
  private final PendingResponses responses = new PendingResponses(1 << 20, System::nanoTime);
  private @Nullable Server server;
  private @Nullable ManagedChannel channel;

  @BeforeEach
  void start() throws IOException {
    server =
        LoopbackServer.start(Services.on(ledger, readers, () -> Runnable::run, watch, responses));
    channel = NettyChannelBuilder.forAddress("127.0.0.1", server.getPort()).usePlaintext().build();
    ledger.start();
    ledger.run(new CreateRepository("default", 1_000_000));
    ledger.run(new PutOffer("default", "offer", Sales.terms(0, 1)));
    assertInstanceOf(
        Outcome.ApplyDone.class,
        ledger.run(
            new Apply(
                "default",
                LongStream.range(0, SLOTS)
                    .<Step>mapToObj(
                        i -> new ReserveSlot("default", new Slot("request", i), 1, 0, "id"))
                    .toList(),
                true)));
  }

  @AfterEach
  void close() throws InterruptedException {
    Objects.requireNonNull(channel).shutdownNow().awaitTermination(1, TimeUnit.MINUTES);
    Objects.requireNonNull(server).shutdownNow().awaitTermination();
    readers.close();
    ledger.close();
  }

  private SalesServiceBlockingStub sales() {
    return SalesServiceGrpc.newBlockingStub(Objects.requireNonNull(channel))
        .withDeadlineAfter(1, TimeUnit.MINUTES);
  }

  private static SellSlotRequest sale(int slotCount) {
    return SellSlotRequest.newBuilder()
        .setStorageRequest(
            StorageRequest.newBuilder()
                .setRequestId("request")
                .setSlotCount(slotCount)
                .setSlotSizeBytes(1)
                .setDuration(Duration.newBuilder().setSeconds(1))
                .setPricePerBytePerSecond("1"))
        .build();
  }

  @Test
  void theOnlyFreeSlotIsFoundAndThenThereIsNone() {
    SellSlotResponse sold = sales().sellSlot(sale(SLOTS + 1));
    assertEquals(SLOTS, sold.getReservation().getSlot().getSlotIndex());
    SellSlotResponse declined = sales().sellSlot(sale(SLOTS + 1));
    assertFalse(declined.getSold());
    assertEquals(DeclineReason.DECLINE_REASON_NO_FREE_SLOT, declined.getDeclines(0).getReason());
    assertEquals(
        "of the request's 2001 slots 0 are excluded, and 2001 of the others reserved here",
        declined.getDeclines(0).getDetail());
  }

  @Test
  void whoIsNeverFastEnoughIsRefusedInTheEnd() throws Exception {
    store.hideReservations();
    int before = store.reads();
    StatusRuntimeException e =
        assertThrows(StatusRuntimeException.class, () -> sales().sellSlot(sale(SLOTS)));
    assertEquals("OVERLOADED", Refusal.of(e).reason());
    assertTrue(String.valueOf(e.getMessage()).contains("try again in a moment"));
    assertEquals(10, store.reads() - before);
    assertEquals(
        1_000_000 - SLOTS, Objects.requireNonNull(store.repository("default")).availableBytes());
  }
}
