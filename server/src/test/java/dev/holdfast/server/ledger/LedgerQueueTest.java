package dev.holdfast.server.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.books.Value;
import dev.holdfast.server.ledger.rules.Command;
import dev.holdfast.server.ledger.rules.Outcome;
import dev.holdfast.server.ledger.rules.Rejection;
import dev.holdfast.server.ledger.rules.reconcile.Reconcile;
import dev.holdfast.server.ledger.rules.reconcile.ReconcileScope;
import dev.holdfast.server.ledger.rules.repositories.CreateRepository;
import dev.holdfast.server.ledger.rules.repositories.PutValue;
import dev.holdfast.server.ledger.rules.slots.Apply;
import dev.holdfast.server.ledger.rules.slots.EndRequest;
import dev.holdfast.server.ledger.rules.slots.ReserveSlot;
import dev.holdfast.server.ledger.rules.slots.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Tests the limits of the queue: the number of changes, their bytes, and the data that they will
 * read.
 */
class LedgerQueueTest {
  private static final String REPOSITORY = "default";
  private static final int WAITING_LIMIT = 20_000;
  private static final int MEBIBYTE = 1 << 20;

  private final FaultyStore store = new FaultyStore();
  private final NotedWatch watch = new NotedWatch();
  private final Ledger ledger = new Ledger(store, () -> 1, WAITING_LIMIT, watch);

  private CompletableFuture<Outcome> submit(Command command) {
    CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    ledger.submit(
        command,
        new Ledger.Caller() {
          @Override
          public boolean abandoned() {
            return false;
          }

          @Override
          public void answer(Outcome answer) {
            outcome.complete(answer);
          }
        });
    return outcome;
  }

  private static Slot slot(String requestId, int index) {
    return new Slot(requestId, index);
  }

  private static Step reserve(String requestId, int index) {
    return new ReserveSlot(REPOSITORY, slot(requestId, index), 1, 0, "");
  }

  private static Command put(int number) {
    return new PutValue(REPOSITORY, "k" + number, new Value(new byte[MEBIBYTE]), null);
  }

  private static boolean overloaded(CompletableFuture<Outcome> outcome) {
    return outcome.getNow(null) instanceof Rejection rejection
        && rejection.reason() == Rejection.Reason.OVERLOADED;
  }

  @BeforeEach
  void start() {
    ledger.start();
    ledger.run(new CreateRepository(REPOSITORY, 1_000_000));
  }

  @AfterEach
  void close() {
    store.openGate();
    ledger.close();
  }

  @Test
  void largeValuesAreRefusedWhereTheirBytesHaveNoRoom() throws InterruptedException {
    CountDownLatch gate = store.closeGate();
    CompletableFuture<Outcome> first = submit(put(0));
    store.awaitAtGate();
    List<CompletableFuture<Outcome>> taken = new ArrayList<>();
    int refused = 0;
    for (int i = 1; i <= 300; i++) {
      CompletableFuture<Outcome> outcome = submit(put(i));
      if (overloaded(outcome)) {
        refused++;
      } else {
        taken.add(outcome);
      }
    }
    assertEquals(Lanes.WAITING_BYTES / MEBIBYTE - 1, taken.size());
    assertEquals(300 - taken.size(), refused);
    assertEquals(false, overloaded(submit(reserve("small", 0))), "there is room for a small one");
    gate.countDown();
    assertInstanceOf(Outcome.PutDone.class, first.join());
    taken.forEach(one -> assertInstanceOf(Outcome.PutDone.class, one.join()));
  }

  @Test
  void aLargeReconcileCountsInFullWhileItWaits() throws InterruptedException {
    CountDownLatch gate = store.closeGate();
    CompletableFuture<Outcome> first = submit(reserve("r", 0));
    store.awaitAtGate();
    List<Slot> slots = new ArrayList<>();
    for (int i = 0; i < 30_000; i++) {
      slots.add(slot("unknown", i));
    }
    Command reconcile =
        new Reconcile(new ReconcileScope(REPOSITORY, 1, false), slots, List.of(), 0);
    List<CompletableFuture<Outcome>> few = new ArrayList<>();
    for (int i = 1; i <= 100; i++) {
      few.add(submit(reserve("r", i)));
    }
    CompletableFuture<Outcome> large = submit(reconcile);
    assertEquals(false, overloaded(large), "it is taken although others wait");
    List<Slot> others = new ArrayList<>();
    for (int i = 0; i < 180_000; i++) {
      others.add(slot("unknown", i));
    }
    Command second = new Reconcile(new ReconcileScope(REPOSITORY, 1, false), others, List.of(), 0);
    assertEquals(true, overloaded(submit(second)), "but no second one beyond the room");
    for (int i = 101; i <= 200; i++) {
      few.add(submit(reserve("r", i)));
    }
    assertEquals(List.of(), few.stream().filter(LedgerQueueTest::overloaded).toList());
    gate.countDown();
    assertInstanceOf(Outcome.ReconcileDone.class, large.join());
    assertInstanceOf(Outcome.ReservationDone.class, first.join());
    few.forEach(one -> assertInstanceOf(Outcome.ReservationDone.class, one.join()));
  }

  @Test
  void aCallThatLooksAtMuchIsAloneInItsBatch() throws InterruptedException {
    for (String requestId : List.of("a", "b")) {
      List<Step> steps = new ArrayList<>();
      for (int i = 0; i < 5000; i++) {
        steps.add(reserve(requestId, i));
      }
      ledger.run(new Apply(REPOSITORY, steps, true));
    }
    ledger.run(reserve("few", 0));
    CountDownLatch gate = store.closeGate();
    CompletableFuture<Outcome> first = submit(reserve("r", 0));
    store.awaitAtGate();
    int before = store.commits();
    List<CompletableFuture<Outcome>> ends = new ArrayList<>();
    for (Command command :
        List.of(
            reserve("r", 1),
            new EndRequest(REPOSITORY, "few", "e"),
            new EndRequest(REPOSITORY, "a", "e"),
            new EndRequest(REPOSITORY, "b", "e"),
            reserve("r", 2))) {
      ends.add(submit(command));
    }
    gate.countDown();
    ends.forEach(CompletableFuture::join);
    assertInstanceOf(Outcome.ReservationDone.class, first.join());
    // The first one; the small ones together; each large one.
    assertEquals(before + 4, store.commits());
  }

  @Test
  void betweenLargeOnesSmallOnesPass() throws InterruptedException {
    for (String requestId : List.of("a", "b", "c")) {
      List<Step> steps = new ArrayList<>();
      for (int i = 0; i < 5000; i++) {
        steps.add(reserve(requestId, i));
      }
      ledger.run(new Apply(REPOSITORY, steps, true));
    }
    CountDownLatch gate = store.closeGate();
    CompletableFuture<Outcome> first = submit(reserve("r", 0));
    store.awaitAtGate();
    // Written by the writer alone.
    List<String> order = new ArrayList<>();
    List<CompletableFuture<?>> ends = new ArrayList<>();
    for (String requestId : List.of("a", "b", "c")) {
      ends.add(
          submit(new EndRequest(REPOSITORY, requestId, "e"))
              .thenCompose(
                  ended -> {
                    order.add(requestId);
                    return submit(reserve("behind " + requestId, 0));
                  })
              .thenRun(() -> order.add("behind " + requestId)));
    }
    ends.add(submit(reserve("r", 1)).thenRun(() -> order.add("r")));
    gate.countDown();
    ends.forEach(CompletableFuture::join);
    assertInstanceOf(Outcome.ReservationDone.class, first.join());
    assertEquals(List.of("r", "a", "behind a", "b", "behind b", "c", "behind c"), order);
  }
}
