package dev.holdfast.client;

import static dev.holdfast.client.Gathering.LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.client.errors.OutcomeUnknownException;
import dev.holdfast.client.errors.UnavailableException;
import dev.holdfast.client.internal.changes.ChangeBatcher;
import dev.holdfast.client.model.Slot;
import dev.holdfast.client.requests.ReserveSlot;
import dev.holdfast.client.results.SlotReserved;
import dev.holdfast.testing.rpc.FakeServer;
import dev.holdfast.v1.ApplyRequest;
import dev.holdfast.v1.ApplyResponse;
import dev.holdfast.v1.OperationResult;
import dev.holdfast.v1.ReserveSlotRequest;
import dev.holdfast.v1.ReserveSlotResponse;
import io.grpc.Context;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests the timing and content of batches, and calls whose callers stop waiting. */
class GatherTest {
  private Gathering gathering = new Gathering(LONG);

  @AfterEach
  void close() throws Exception {
    gathering.close();
  }

  @Test
  void aLoneCallIsTheSingleCall() throws Exception {
    for (int i = 0; i < 3; i++) {
      var unused = reserve(i).get(60, TimeUnit.SECONDS);
      assertEquals("ReserveSlot", gathering.server.next().method());
    }
  }

  @Test
  void whatComesMeanwhileLeavesTogetherInItsOrder() throws Exception {
    gathering.holdUpAtServer();
    List<CompletableFuture<SlotReserved>> queued = List.of(reserve(0), reserve(1), reserve(2));
    assertTrue(gathering.applies.isEmpty());
    gathering.letGo();
    var apply = gathering.nextApply();
    assertEquals(List.of(0L, 1L, 2L), slots(apply.request()));
    assertFalse(apply.request().getAtomic());
    answer(apply, 10, 11, 12);
    for (int i = 0; i < 3; i++) {
      assertEquals(10 + i, queued.get(i).get(60, TimeUnit.SECONDS).availableBytes());
    }
  }

  @Test
  void noneIsSoLargeThatALaterCallCouldOvertakeIt() throws Exception {
    gathering.holdUpAtServer();
    List<CompletableFuture<SlotReserved>> queued = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      queued.add(reserve(i));
    }
    gathering.letGo();
    gathering.letGo();
    List<Long> order = new ArrayList<>();
    while (order.size() < 500) {
      var apply = gathering.nextApply();
      assertTrue(apply.request().getSerializedSize() < 16 * 1024);
      List<Long> slots = slots(apply.request());
      order.addAll(slots);
      answer(apply, slots.stream().mapToInt(Long::intValue).toArray());
    }
    for (int i = 0; i < 500; i++) {
      assertEquals(i, queued.get(i).get(60, TimeUnit.SECONDS).availableBytes());
    }
  }

  @Test
  void nothingIsHeldUpForLong() throws Exception {
    gathering.close();
    gathering = new Gathering(Duration.ofMillis(1)).holdUpAtServer();
    var unused = List.of(reserve(0), reserve(1));
    List<Long> order = new ArrayList<>();
    while (order.size() < 2) {
      var attempt = gathering.server.next().request();
      order.addAll(
          attempt instanceof ApplyRequest apply
              ? slots(apply)
              : List.of(((ReserveSlotRequest) attempt).getSlot().getSlotIndex()));
    }
    assertEquals(List.of(0L, 1L), order.stream().sorted().toList());
  }

  @Test
  void repositoriesDoNotWaitForEachOther() throws Exception {
    gathering.holdUpAtServer();
    var queued = reserve(0);
    var change = ReserveSlot.of(new Slot("r", 1), 1).withRepositoryId("cold");
    var answered = gathering.reservations.reserveSlotAsync(change).get(60, TimeUnit.SECONDS);
    assertEquals(0, answered.availableBytes());
    assertFalse(queued.isDone());
    var same = change.withRepositoryId("default");
    assertFalse(gathering.reservations.reserveSlotAsync(same).isDone());
    gathering.letGo();
    var request = gathering.nextApply().request();
    assertEquals(List.of(0L, 1L), slots(request));
    assertEquals("default", request.getRepositoryId());
  }

  @Test
  void idleRepositoriesLeaveNothingBehind() throws Exception {
    for (int i = 0; i < 3; i++) {
      var change = ReserveSlot.of(new Slot("r", i), 1).withRepositoryId("cold-" + i);
      var unused = gathering.reservations.reserveSlotAsync(change).get(60, TimeUnit.SECONDS);
    }
    gathering.awaitIdle(() -> {});
  }

  @Test
  void aBlockingChangeDoesNotOvertakeThoseBeforeIt() throws Exception {
    gathering.holdUpAtServer();
    var before = reserve(0);
    var unused = gathering.reservations.reserveSlot(ReserveSlot.of(new Slot("r", 1), 1));
    assertEquals(0, before.get(60, TimeUnit.SECONDS).availableBytes());
  }

  @Test
  void aCallWithAContextOfItsOwnGoesByItself() throws Exception {
    gathering.holdUpAtServer();
    try (var context = Context.current().withCancellation()) {
      var future = context.call(() -> reserve(0));
      assertEquals(0, future.get(60, TimeUnit.SECONDS).availableBytes());
    }
    assertEquals("ReserveSlot", gathering.server.next().method());
  }

  @Test
  void whoHasTheCallsOfOthersLeaveHasNoSayInWhatBecomesOfThem() throws Exception {
    gathering.holdUpAtServer();
    var queued = List.of(reserve(0), reserve(1));
    try (var context = Context.current().withCancellation()) {
      context.run(gathering.batcher::flush);
    }
    // The context was cancelled.
    answer(gathering.nextApply(), 10, 11);
    for (int i = 0; i < 2; i++) {
      assertEquals(10 + i, queued.get(i).get(60, TimeUnit.SECONDS).availableBytes());
    }
  }

  @Test
  void aQueuedCallWhoseDeadlineHasPassedIsNotSent() throws Exception {
    gathering.holdUpAtServer();
    var hasty =
        gathering
            .reservations
            .withDeadline(Duration.ofMillis(50))
            .reserveSlotAsync(ReserveSlot.of(new Slot("r", 0), 1));
    var patient = List.of(reserve(1), reserve(2));
    var e = assertInstanceOf(UnavailableException.class, failure(hasty));
    assertTrue(e.getMessage().startsWith("ReserveSlot: DEADLINE_EXCEEDED: "), e.getMessage());
    gathering.letGo();
    // The two may have left in a batch each: the look at what is late sends what waits.
    List<Long> sent = new ArrayList<>();
    while (sent.size() < 2) {
      var request = gathering.server.next().request();
      sent.addAll(
          request instanceof ApplyRequest apply
              ? slots(apply)
              : List.of(((ReserveSlotRequest) request).getSlot().getSlotIndex()));
    }
    assertEquals(List.of(1L, 2L), sent);
    assertEquals(2, patient.size());
  }

  @Test
  void aDeadlineThatPassesUnderWayIsOnlyItsOwn() throws Exception {
    gathering.holdUpAtServer();
    var hasty =
        gathering
            .reservations
            .withDeadline(Duration.ofSeconds(2))
            .reserveSlotAsync(ReserveSlot.of(new Slot("r", 0), 1).withOperationId("mine"));
    var patient = reserve(1);
    gathering.letGo();
    var apply = gathering.nextApply();
    assertEquals(List.of(0L, 1L), slots(apply.request()));
    var e = assertInstanceOf(OutcomeUnknownException.class, failure(hasty));
    assertEquals("mine", e.operationId());
    assertTrue(e.getMessage().startsWith("ReserveSlot: DEADLINE_EXCEEDED: "), e.getMessage());
    assertFalse(apply.answer().isCancelled());
    answer(apply, 10, 11);
    assertEquals(11, patient.get(60, TimeUnit.SECONDS).availableBytes());
  }

  @Test
  void aDeadlineThatPassesBeforeThereIsAConnectionLeavesTheCallUnsent() throws Exception {
    gathering.close();
    gathering = new Gathering(Duration.ofMillis(1));
    gathering.relay.hold();
    gathering.holdUp();
    var hasty =
        gathering
            .reservations
            .withDeadline(Duration.ofSeconds(2))
            .reserveSlotAsync(ReserveSlot.of(new Slot("r", 0), 1));
    var patient = List.of(reserve(1), reserve(2));
    assertInstanceOf(UnavailableException.class, failure(hasty));
    gathering.relay.letGo();
    var apply = gathering.nextApply();
    assertEquals(List.of(1L, 2L), slots(apply.request()));
    answer(apply, 11, 12);
    assertEquals(12, patient.get(1).get(60, TimeUnit.SECONDS).availableBytes());
  }

  @Test
  void aQueuedCallThatIsCancelledIsNotSent() throws Exception {
    gathering.holdUpAtServer();
    var queued = List.of(reserve(0), reserve(1), reserve(2));
    assertTrue(queued.get(1).cancel(true));
    gathering.letGo();
    assertEquals(List.of(0L, 2L), slots(gathering.nextApply().request()));
  }

  @Test
  void toCancelOneUnderWayDoesNotDisturbTheOthers() throws Exception {
    gathering.holdUpAtServer();
    var queued = List.of(reserve(0), reserve(1));
    gathering.letGo();
    var apply = gathering.nextApply();
    assertTrue(queued.get(0).cancel(true));
    answer(apply, 10, 11);
    assertEquals(11, queued.get(1).get(60, TimeUnit.SECONDS).availableBytes());
    assertTrue(queued.get(0).isCancelled());
  }

  @Test
  void whenNobodyWaitsTheCallIsCancelled() throws Exception {
    CountDownLatch cancelled = new CountDownLatch(1);
    gathering.server.on(
        dev.holdfast.v1.ReservationsServiceGrpc.getApplyMethod(),
        (request, answer) -> {
          answer.setOnCancelHandler(cancelled::countDown);
          gathering.applies.add(new Gathering.Batch(request, answer));
        });
    gathering.holdUpAtServer();
    var queued = List.of(reserve(0), reserve(1));
    gathering.letGo();
    var unused = gathering.nextApply();
    assertTrue(queued.get(0).cancel(true));
    var unusedToo = queued.get(1).orTimeout(1, TimeUnit.MILLISECONDS);
    assertTrue(cancelled.await(60, TimeUnit.SECONDS));
  }

  @Test
  void whatIsQueuedWhenTheClientIsClosedIsSentFirst() throws Exception {
    try (HoldfastClient client = HoldfastClient.builder(gathering.server.target()).build()) {
      for (int i = 0; i < ChangeBatcher.UNDER_WAY; i++) {
        var unused = client.reservations().reserveSlotAsync(gathering.heldUp());
      }
      var queued = client.reservations().reserveSlotAsync(ReserveSlot.of(new Slot("r", 0), 1));
      CompletableFuture<Void> closing = CompletableFuture.runAsync(client::close);
      assertEquals(0, queued.get(60, TimeUnit.SECONDS).availableBytes());
      gathering.letGo();
      gathering.letGo();
      closing.get(60, TimeUnit.SECONDS);
    }
  }

  private CompletableFuture<SlotReserved> reserve(long index) {
    return gathering.reservations.reserveSlotAsync(ReserveSlot.of(new Slot("r", index), 1));
  }

  private static List<Long> slots(ApplyRequest request) {
    return request.getOperationsList().stream()
        .map(operation -> operation.getReserveSlot().getSlot().getSlotIndex())
        .toList();
  }

  private static void answer(Gathering.Batch apply, int... availableBytes) {
    var response = ApplyResponse.newBuilder();
    for (int bytes : availableBytes) {
      response.addResults(
          OperationResult.newBuilder()
              .setReserveSlot(ReserveSlotResponse.newBuilder().setAvailableBytes(bytes)));
    }
    FakeServer.complete(apply.answer(), response.build());
  }

  private static Throwable failure(CompletableFuture<?> future) {
    var e = assertThrows(ExecutionException.class, () -> future.get(60, TimeUnit.SECONDS));
    return java.util.Objects.requireNonNull(e.getCause());
  }
}
