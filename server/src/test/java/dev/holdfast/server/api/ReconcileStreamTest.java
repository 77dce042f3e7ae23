package dev.holdfast.server.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.server.api.calls.CallDispatcher;
import dev.holdfast.server.api.calls.PendingResponses;
import dev.holdfast.server.api.calls.ReadExecutors;
import dev.holdfast.server.ledger.FaultyStore;
import dev.holdfast.server.ledger.Ledger;
import dev.holdfast.server.ledger.NotedWatch;
import dev.holdfast.server.ledger.rules.repositories.CreateRepository;
import dev.holdfast.v1.ObservedSlot;
import dev.holdfast.v1.ObservedSlots;
import dev.holdfast.v1.ReconcileHeader;
import dev.holdfast.v1.ReconcileRequest;
import dev.holdfast.v1.ReconcileResponse;
import dev.holdfast.v1.Slot;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The budget that observations take, and what becomes of a stream when the store is in trouble. */
class ReconcileStreamTest {
  private static final int LARGEST = 20;
  private static final int SMALL = 2;

  private final FaultyStore store = new FaultyStore();
  private final Ledger ledger = new Ledger(store, () -> 1, 1000, new NotedWatch());
  private final ReadExecutors readers = new ReadExecutors(1);
  private final PendingResponses responses = new PendingResponses(Long.MAX_VALUE, System::nanoTime);
  private final CallDispatcher calls =
      new CallDispatcher(ledger, readers, () -> Runnable::run, new NotedWatch(), responses);
  private final ObservationBudget budget = new ObservationBudget(LARGEST, SMALL, SMALL);
  private final AtomicLong nanos = new AtomicLong(1);
  private final ReconcileCalls reconciles = new ReconcileCalls(calls, nanos::get, budget);

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
  private StreamObserver<ReconcileRequest> open(NotedAnswer<ReconcileResponse> answer) {
    return open(reconciles, answer);
  }

  private static StreamObserver<ReconcileRequest> open(
      ReconcileCalls reconciles, NotedAnswer<ReconcileResponse> answer) {
    StreamObserver<ReconcileRequest> stream = reconciles.begin(answer);
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
  void theLargestObservationIsTakenAndTheRoomGivenBack() {
    for (int round = 0; round < 2; round++) {
      NotedAnswer<ReconcileResponse> answer = new NotedAnswer<>();
      StreamObserver<ReconcileRequest> stream = open(answer);
      stream.onNext(slots(0, 4));
      stream.onNext(slots(4, LARGEST));
      assertEquals(0, budget.available());
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
    StreamObserver<ReconcileRequest> stream = open(answer);
    stream.onNext(slots(0, LARGEST));
    stream.onNext(slots(LARGEST, LARGEST + 1));
    refused("observed.slots: must be at most " + LARGEST + " in all", answer);
    assertEquals(LARGEST, budget.available());
    stream.onNext(slots(0, 1));
    stream.onCompleted();
    assertEquals(LARGEST, budget.available(), "what still comes is of no interest");
  }

  @Test
  void whatIsTooMuchForOneTransactionIsRefused() {
    int observed = 200_001;
    NotedAnswer<ReconcileResponse> answer = new NotedAnswer<>();
    StreamObserver<ReconcileRequest> stream =
        open(
            new ReconcileCalls(calls, nanos::get, new ObservationBudget(observed, SMALL, SMALL)),
            answer);
    stream.onNext(slots(0, observed));
    stream.onCompleted();
    refused("differ from the reservations in 200001 slots", answer);
    assertEquals(1, ledger.reads().repositories("", 10).get(0).revision());
  }

  @Test
  void whoFindsNoRoomMayComeAgainWhenAnotherHasGone() {
    NotedAnswer<ReconcileResponse> first = new NotedAnswer<>();
    open(first).onNext(slots(0, LARGEST - 2));
    NotedAnswer<ReconcileResponse> second = new NotedAnswer<>();
    StreamObserver<ReconcileRequest> refused = open(second);
    refused.onNext(slots(0, 2));
    assertFalse(second.answer().isDone());
    refused.onNext(slots(2, 3));
    refused("try again", second);
    assertEquals(2, budget.available());
    assertEquals(SMALL, budget.availableToSmall());
    first.cancel();
    assertEquals(LARGEST, budget.available());
  }

  @Test
  void whoIsGoneHasTheRoomUntilItsWorkIsOver() {
    CountDownLatch busy = new CountDownLatch(1);
    var unused = readers.reconciles().submit(() -> busy.await(60, TimeUnit.SECONDS));
    NotedAnswer<ReconcileResponse> answer = new NotedAnswer<>();
    StreamObserver<ReconcileRequest> stream = open(answer);
    stream.onNext(slots(0, 4));
    stream.onCompleted();
    answer.cancel();
    assertEquals(LARGEST - 4, budget.available());
    busy.countDown();
    assertAllGivenBack();
  }

  private void assertAllGivenBack() {
    long start = System.nanoTime();
    while (budget.available() < LARGEST || budget.availableToSmall() < SMALL) {
      assertTrue(System.nanoTime() - start < TimeUnit.SECONDS.toNanos(60), "budget is kept");
      Thread.onSpinWait();
    }
  }

  @Test
  void aStoreThatCannotBeReadChangesNothing() {
    store.failAt(FaultyStore.Step.READ);
    NotedAnswer<ReconcileResponse> answer = new NotedAnswer<>();
    StreamObserver<ReconcileRequest> stream = open(answer);
    stream.onNext(slots(0, 1));
    stream.onCompleted();
    refused("nothing was changed", answer);
    store.failAt(null);
    assertEquals(1, ledger.reads().repositories("", 10).get(0).revision());
  }

  @Test
  void aCallThatWasBrokenOffIsNotPlanned() {
    NotedAnswer<ReconcileResponse> answer = new NotedAnswer<>();
    StreamObserver<ReconcileRequest> stream = open(answer);
    stream.onNext(slots(0, 1));
    answer.cancel();
    stream.onCompleted();
    ledger.run(new CreateRepository("other", 1));
    assertFalse(answer.answer().isDone());
    assertEquals(LARGEST, budget.available());
  }

  @Test
  void smallOnesFindRoomWhereALargeOneHasAllOfTheRest() {
    NotedAnswer<ReconcileResponse> large = new NotedAnswer<>();
    open(large).onNext(slots(0, LARGEST));
    assertEquals(0, budget.available());
    NotedAnswer<ReconcileResponse> small = new NotedAnswer<>();
    StreamObserver<ReconcileRequest> stream = open(small);
    stream.onNext(slots(0, SMALL));
    NotedAnswer<ReconcileResponse> second = new NotedAnswer<>();
    open(second).onNext(slots(0, 1));
    refused("try again", second);
    stream.onCompleted();
    assertEquals(SMALL, small.answer().join().getAdoptedCount3());
  }

  @Test
  void whoStallsLosesItsRoomToOthers() {
    NotedAnswer<ReconcileResponse> stalled = new NotedAnswer<>();
    StreamObserver<ReconcileRequest> silent = open(stalled);
    silent.onNext(slots(0, LARGEST));
    NotedAnswer<ReconcileResponse> empty = new NotedAnswer<>();
    StreamObserver<ReconcileRequest> patient = open(empty);
    nanos.addAndGet(ReconcileStream.SILENCE_NANOS);
    reconciles.endStalled();
    assertEquals(0, budget.available(), "it is not late yet");
    nanos.incrementAndGet();
    reconciles.endStalled();
    refused("fewer than 1 slots came within 30 s", stalled);
    assertAllGivenBack();
    silent.onNext(slots(0, 1));
    silent.onCompleted();
    assertAllGivenBack();
    assertFalse(empty.answer().isDone(), "a call without budget holds nobody up");
    patient.onNext(slots(0, 1));
    patient.onCompleted();
    assertEquals(1, empty.answer().join().getAdoptedCount3());
  }

  @Test
  void whoSendsMessagesWithoutSlotsLosesItsRoomToOthers() {
    NotedAnswer<ReconcileResponse> answer = new NotedAnswer<>();
    StreamObserver<ReconcileRequest> stream = open(answer);
    stream.onNext(slots(0, LARGEST));
    for (int i = 0; i < 2; i++) {
      nanos.addAndGet(ReconcileStream.SILENCE_NANOS - 1);
      stream.onNext(slots(0, 0));
    }
    reconciles.endStalled();
    refused("fewer than 1 slots came within 30 s", answer);
    assertAllGivenBack();
  }

  @Test
  void whoTricklesLosesItsRoomToOthers() {
    NotedAnswer<ReconcileResponse> answer = new NotedAnswer<>();
    StreamObserver<ReconcileRequest> stream = open(answer);
    int sent = SMALL + 1;
    stream.onNext(slots(0, sent));
    while (!answer.answer().isDone()) {
      assertTrue(sent < LARGEST, "it may go on for ever");
      stream.onNext(slots(sent, ++sent));
      nanos.addAndGet(ReconcileStream.SILENCE_NANOS - 1);
      reconciles.endStalled();
    }
    refused("not all slots came within 5 minutes", answer);
    assertAllGivenBack();
  }

  @Test
  void whatIsCompleteIsNotStalled() {
    CountDownLatch busy = new CountDownLatch(1);
    var unused = readers.reconciles().submit(() -> busy.await(60, TimeUnit.SECONDS));
    NotedAnswer<ReconcileResponse> answer = new NotedAnswer<>();
    StreamObserver<ReconcileRequest> stream = open(answer);
    stream.onNext(slots(0, LARGEST));
    stream.onCompleted();
    nanos.addAndGet(2 * ReconcileStream.SENDING_NANOS);
    reconciles.endStalled();
    busy.countDown();
    assertEquals(LARGEST, answer.answer().join().getAdoptedCount3());
  }

  @Test
  void aRecountHoldsNoReconcileUp() {
    CountDownLatch busy = new CountDownLatch(1);
    var unused = readers.scans().submit(() -> busy.await(60, TimeUnit.SECONDS));
    NotedAnswer<ReconcileResponse> answer = new NotedAnswer<>();
    StreamObserver<ReconcileRequest> stream = open(answer);
    stream.onNext(slots(0, 1));
    stream.onCompleted();
    assertEquals(1, answer.answer().join().getAdoptedCount3());
    busy.countDown();
  }
}
