package dev.holdfast.server.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.server.ledger.FaultyStore;
import dev.holdfast.server.ledger.Ledger;
import dev.holdfast.server.ledger.NotedWatch;
import dev.holdfast.server.ledger.rules.CreateRepository;
import dev.holdfast.v1.ObservedSlot;
import dev.holdfast.v1.ObservedSlots;
import dev.holdfast.v1.ReconcileHeader;
import dev.holdfast.v1.ReconcileRequest;
import dev.holdfast.v1.ReconcileResponse;
import dev.holdfast.v1.Slot;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The room that observations take, and what becomes of a stream when the store is in trouble. */
class ReconcileStreamTest {
  private static final int LARGEST = 10;

  private final FaultyStore store = new FaultyStore();
  private final Ledger ledger = new Ledger(store, () -> 1, 1000, new NotedWatch());
  private final ReaderThreads readers = new ReaderThreads(1);
  private final Calls calls = new Calls(ledger, readers, () -> Runnable::run, new NotedWatch());
  private final Semaphore room = new Semaphore(LARGEST);

  @BeforeEach
  void createRepository() {
    ledger.start();
    ledger.run(new CreateRepository("default", 1000));
  }

  @AfterEach
  void close() {
    store.failAt(null);
    readers.close();
    ledger.close();
  }

  /** A stream, with its header sent. */
  private ReconcileStream open(NotedAnswer<ReconcileResponse> answer) {
    return open(new ReconcileStream(calls, answer, room, LARGEST));
  }

  private static ReconcileStream open(ReconcileStream stream) {
    stream.onNext(
        ReconcileRequest.newBuilder()
            .setHeader(ReconcileHeader.newBuilder().setAsOfRevision(1))
            .build());
    return stream;
  }

  private static ReconcileRequest slots(int from, int to) {
    ObservedSlots.Builder slots = ObservedSlots.newBuilder();
    for (int i = from; i < to; i++) {
      slots.addSlots(
          ObservedSlot.newBuilder()
              .setSlot(Slot.newBuilder().setRequestId("request").setSlotIndex(i))
              .setAmountBytes(1));
    }
    return ReconcileRequest.newBuilder().setObserved(slots).build();
  }

  private static void refused(String message, NotedAnswer<?> answer) {
    String said = String.valueOf(answer.refusal().getMessage());
    assertTrue(said.contains(message), said);
  }

  @Test
  void theLargestObservationIsTakenAndTheRoomGivenBack() throws InterruptedException {
    for (int round = 0; round < 2; round++) {
      NotedAnswer<ReconcileResponse> answer = new NotedAnswer<>();
      ReconcileStream stream = open(answer);
      stream.onNext(slots(0, 4));
      stream.onNext(slots(4, LARGEST));
      assertEquals(0, room.availablePermits());
      stream.onCompleted();
      // The second time it is what came after the revision.
      ReconcileResponse response = answer.answer().join();
      assertEquals(round == 0 ? LARGEST : 0, response.getAdoptedCount3());
      assertAllGivenBack();
    }
  }

  @Test
  void oneSlotMoreIsRefused() {
    NotedAnswer<ReconcileResponse> answer = new NotedAnswer<>();
    ReconcileStream stream = open(answer);
    stream.onNext(slots(0, LARGEST));
    stream.onNext(slots(LARGEST, LARGEST + 1));
    refused("observed.slots: must be at most 10 in all", answer);
    assertEquals(LARGEST, room.availablePermits());
    stream.onNext(slots(0, 1));
    stream.onCompleted();
    assertEquals(LARGEST, room.availablePermits(), "what still comes is of no interest");
  }

  @Test
  void whatIsTooMuchForOneTransactionIsRefused() {
    int observed = 200_001;
    NotedAnswer<ReconcileResponse> answer = new NotedAnswer<>();
    ReconcileStream stream =
        open(new ReconcileStream(calls, answer, new Semaphore(observed), observed));
    stream.onNext(slots(0, observed));
    stream.onCompleted();
    refused("differ from the reservations in 200001 slots", answer);
    assertEquals(1, ledger.reads().repositories("", 10).get(0).revision());
  }

  @Test
  void whoFindsNoRoomMayComeAgainWhenAnotherHasGone() {
    NotedAnswer<ReconcileResponse> first = new NotedAnswer<>();
    open(first).onNext(slots(0, 8));
    NotedAnswer<ReconcileResponse> second = new NotedAnswer<>();
    ReconcileStream refused = open(second);
    refused.onNext(slots(0, 2));
    assertFalse(second.answer().isDone());
    refused.onNext(slots(2, 3));
    refused("try again", second);
    assertEquals(2, room.availablePermits());
    first.cancel();
    assertEquals(LARGEST, room.availablePermits());
  }

  @Test
  void whoIsGoneHasTheRoomUntilItsWorkIsOver() throws InterruptedException {
    CountDownLatch busy = new CountDownLatch(1);
    var unused = readers.slow().submit(() -> busy.await(60, TimeUnit.SECONDS));
    NotedAnswer<ReconcileResponse> answer = new NotedAnswer<>();
    ReconcileStream stream = open(answer);
    stream.onNext(slots(0, 4));
    stream.onCompleted();
    answer.cancel();
    assertEquals(LARGEST - 4, room.availablePermits());
    busy.countDown();
    assertAllGivenBack();
  }

  private void assertAllGivenBack() throws InterruptedException {
    assertTrue(room.tryAcquire(LARGEST, 60, TimeUnit.SECONDS));
    room.release(LARGEST);
  }

  @Test
  void aStoreThatCannotBeReadChangesNothing() {
    store.failAt(FaultyStore.Step.READ);
    NotedAnswer<ReconcileResponse> answer = new NotedAnswer<>();
    ReconcileStream stream = open(answer);
    stream.onNext(slots(0, 1));
    stream.onCompleted();
    refused("nothing was changed", answer);
    store.failAt(null);
    assertEquals(1, ledger.reads().repositories("", 10).get(0).revision());
  }

  @Test
  void aCallThatWasBrokenOffIsNotPlanned() {
    NotedAnswer<ReconcileResponse> answer = new NotedAnswer<>();
    ReconcileStream stream = open(answer);
    stream.onNext(slots(0, 1));
    answer.cancel();
    stream.onCompleted();
    ledger.run(new CreateRepository("other", 1));
    assertFalse(answer.answer().isDone());
    assertEquals(LARGEST, room.availablePermits());
  }
}
