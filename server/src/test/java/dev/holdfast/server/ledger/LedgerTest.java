package dev.holdfast.server.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.rules.Command;
import dev.holdfast.server.ledger.rules.Decision;
import dev.holdfast.server.ledger.rules.Outcome;
import dev.holdfast.server.ledger.rules.Rejection;
import dev.holdfast.server.ledger.rules.repositories.CreateRepository;
import dev.holdfast.server.ledger.rules.slots.ReserveSlot;
import dev.holdfast.server.ledger.view.Books;
import dev.holdfast.server.ledger.view.ReadSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LedgerTest {
  private static final String REPOSITORY = "default";
  private static final int WAITING_LIMIT = 20;

  private final FaultyStore store = new FaultyStore();
  private final NotedWatch watch = new NotedWatch();
  private final AtomicLong nowMicros = new AtomicLong(1);
  private final Ledger ledger =
      new Ledger(store, new StandingClock(nowMicros), WAITING_LIMIT, watch);

  /** A caller that can be asked for the outcome. */
  private static final class Waiting implements Ledger.Caller {
    final CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    volatile boolean abandoned;

    @Override
    public boolean abandoned() {
      return abandoned;
    }

    @Override
    public void answer(Outcome answer) {
      outcome.complete(answer);
    }
  }

  private Waiting submit(Command command) {
    Waiting caller = new Waiting();
    ledger.submit(command, caller);
    return caller;
  }

  /** A caller that waits, and does this with the outcome. */
  private static Ledger.Caller telling(Consumer<Outcome> told) {
    return new Ledger.Caller() {
      @Override
      public boolean abandoned() {
        return false;
      }

      @Override
      public void answer(Outcome outcome) {
        told.accept(outcome);
      }
    };
  }

  private static Command reserve(int index) {
    return new ReserveSlot(REPOSITORY, new Slot("request", index), 1, 5, "op");
  }

  private static Rejection rejection(Outcome outcome) {
    return assertInstanceOf(Rejection.class, outcome);
  }

  @BeforeEach
  void start() {
    ledger.start();
    ledger.run(new CreateRepository(REPOSITORY, 1000));
  }

  @AfterEach
  void close() {
    store.failAt(null);
    store.openGate();
    ledger.close();
  }

  @Test
  void whatWaitsSharesOneCommitAndNobodyIsAnsweredBeforeIt() throws InterruptedException {
    CountDownLatch gate = store.closeGate();
    Waiting first = submit(reserve(0));
    store.awaitAtGate();
    List<Waiting> others = new ArrayList<>();
    for (int i = 1; i <= 10; i++) {
      others.add(submit(reserve(i)));
    }
    assertFalse(first.outcome.isDone(), "not committed yet");
    int before = store.commits();
    gate.countDown();
    others.forEach(other -> assertInstanceOf(Outcome.ReservationDone.class, other.outcome.join()));
    assertTrue(first.outcome.isDone());
    assertEquals(before + 2, store.commits());
  }

  @Test
  void theOutcomesOfABatchComeToAThreadAllAtOnce() throws InterruptedException {
    List<Runnable> brought = new CopyOnWriteArrayList<>();
    List<Outcome> outcomes = new CopyOnWriteArrayList<>();
    Executor thread = brought::add;
    CountDownLatch gate = store.closeGate();
    submit(reserve(0));
    store.awaitAtGate();
    for (int i = 1; i <= 10; i++) {
      ledger.submit(
          reserve(i),
          new Ledger.Caller() {
            @Override
            public boolean abandoned() {
              return false;
            }

            @Override
            public void answer(Outcome outcome) {
              outcomes.add(outcome);
            }

            @Override
            public Executor answering() {
              return thread;
            }
          });
    }
    gate.countDown();
    // Behind their batch, whose answers are under way by then.
    submit(reserve(11)).outcome.join();
    submit(reserve(12)).outcome.join();
    assertEquals(List.of(), outcomes, "the thread has not come to it");
    brought.forEach(Runnable::run);
    assertEquals(10, outcomes.size());
    outcomes.forEach(outcome -> assertInstanceOf(Outcome.ReservationDone.class, outcome));
    assertEquals(1, brought.size());
  }

  @Test
  void moreCallsThanMayWaitAreRefusedHoweverFewChangesTheyAre() {
    Ledger patient = new Ledger(store, new StandingClock(nowMicros), Integer.MAX_VALUE, watch);
    List<CompletableFuture<Outcome>> waiting = new ArrayList<>();
    for (int i = 0; i <= Lanes.WAITING_CALLS; i++) {
      Waiting caller = new Waiting();
      patient.submit(reserve(i), caller);
      waiting.add(caller.outcome);
    }
    // At once, as nobody commits yet.
    assertEquals(
        Rejection.Reason.OVERLOADED,
        rejection(waiting.remove(Lanes.WAITING_CALLS).getNow(null)).reason());
    patient.start();
    patient.close();
    waiting.forEach(outcome -> assertTrue(outcome.isDone()));
  }

  @Test
  void moreThanMayWaitIsRefusedAndNotDone() throws InterruptedException {
    CountDownLatch gate = store.closeGate();
    Waiting first = submit(reserve(0));
    store.awaitAtGate();
    List<Waiting> waiting = new ArrayList<>();
    for (int i = 1; i <= WAITING_LIMIT; i++) {
      waiting.add(submit(reserve(i)));
    }
    // At once, while the others wait.
    Rejection refused = rejection(submit(reserve(100)).outcome.getNow(null));
    assertEquals(Rejection.Reason.OVERLOADED, refused.reason());
    gate.countDown();
    assertInstanceOf(Outcome.ReservationDone.class, first.outcome.join());
    waiting.forEach(other -> assertInstanceOf(Outcome.ReservationDone.class, other.outcome.join()));
    assertNull(store.reservation(REPOSITORY, new Slot("request", 100)));
    assertInstanceOf(Outcome.ReservationDone.class, submit(reserve(101)).outcome.join());
  }

  @Test
  void whatIsAbandonedBeforeItsTurnIsDroppedUndone() throws InterruptedException {
    CountDownLatch gate = store.closeGate();
    submit(reserve(0));
    store.awaitAtGate();
    Waiting abandoned = submit(reserve(1));
    Waiting other = submit(reserve(2));
    abandoned.abandoned = true;
    gate.countDown();
    assertInstanceOf(Outcome.ReservationDone.class, other.outcome.join());
    assertFalse(abandoned.outcome.isDone());
    assertNull(store.reservation(REPOSITORY, new Slot("request", 1)));
    assertNotNull(store.reservation(REPOSITORY, new Slot("request", 2)));
  }

  @Test
  void aStoreThatFailsBeforeTheCommitChangedNothing() {
    for (FaultyStore.Step step :
        List.of(FaultyStore.Step.BEGIN, FaultyStore.Step.LOAD, FaultyStore.Step.WRITE)) {
      store.failAt(step);
      Rejection refused = rejection(submit(reserve(0)).outcome.join());
      assertEquals(Rejection.Reason.STORE_UNAVAILABLE, refused.reason());
      assertEquals("not_applied", refused.facts().get("outcome"), step.toString());
      assertTrue(ledger.storeFailed());
    }
    store.failAt(null);
    assertNull(store.reservation(REPOSITORY, new Slot("request", 0)));
    assertInstanceOf(Outcome.ReservationDone.class, submit(reserve(0)).outcome.join());
    assertFalse(ledger.storeFailed());
    assertEquals(List.of("store failed", "store recovered"), watch.notes());
  }

  @Test
  void aCommitThatFailsLeavesTheOutcomeUnknown() {
    store.failAt(FaultyStore.Step.COMMIT);
    Rejection refused = rejection(submit(reserve(0)).outcome.join());
    assertEquals("unknown", refused.facts().get("outcome"));
  }

  @Test
  void whatGoesWrongBehindACommitChangesNoAnswer() throws InterruptedException {
    BlockingQueue<Outcome> answers = new LinkedBlockingQueue<>();
    store.failAt(FaultyStore.Step.CLOSE);
    ledger.submit(reserve(0), telling(answers::add));
    assertInstanceOf(Outcome.ReservationDone.class, answers.take());
    // Its turn comes when all was done that has to do with the one before.
    assertInstanceOf(Outcome.ReservationDone.class, submit(reserve(1)).outcome.join());
    assertTrue(watch.notes().contains("store failed"), watch.notes()::toString);
    assertEquals(List.of(), List.copyOf(answers));
  }

  /** A rule with a defect. */
  private record Broken() implements Command {
    @Override
    public String repositoryId() {
      return REPOSITORY;
    }

    @Override
    public void declareReads(ReadSet reads) {}

    @Override
    public Decision decide(Books books, long nowMicros) {
      throw new IllegalStateException("broken on purpose");
    }
  }

  @Test
  void aBrokenRuleSpoilsNobodyElse() throws InterruptedException {
    CountDownLatch gate = store.closeGate();
    submit(reserve(0));
    store.awaitAtGate();
    Waiting broken = submit(new Broken());
    Waiting other = submit(reserve(1));
    gate.countDown();
    assertInstanceOf(Outcome.Broken.class, broken.outcome.join());
    assertInstanceOf(Outcome.ReservationDone.class, other.outcome.join());
    assertEquals(List.of("failed: broken on purpose"), watch.notes());
  }

  @Test
  void aCallerThatCannotBeToldSpoilsNobodyElse() {
    ledger.submit(
        reserve(0),
        telling(
            outcome -> {
              throw new IllegalStateException("gone");
            }));
    assertInstanceOf(Outcome.ReservationDone.class, submit(reserve(1)).outcome.join());
    assertEquals(List.of("failed: gone"), watch.notes());
  }

  @Test
  void closingAnswersWhatWasTakenOnAndRefusesTheRest() throws InterruptedException {
    CountDownLatch gate = store.closeGate();
    Waiting first = submit(reserve(0));
    store.awaitAtGate();
    Waiting second = submit(reserve(1));
    Thread closing = new Thread(ledger::close);
    closing.start();
    gate.countDown();
    assertInstanceOf(Outcome.ReservationDone.class, first.outcome.join());
    assertInstanceOf(Outcome.ReservationDone.class, second.outcome.join());
    closing.join();
    assertEquals(Rejection.Reason.DRAINING, rejection(submit(reserve(2)).outcome.join()).reason());
  }

  /** Notes what it is told, and fails each time. */
  private final class NotingFollower implements CommitListener {
    final List<String> notes = new CopyOnWriteArrayList<>();

    @Override
    public void committed(String repositoryId, List<Event> events) {
      notes.add(repositoryId + events.stream().map(Event::revision).toList() + store.commits());
      throw new IllegalStateException("cannot follow");
    }

    @Override
    public void commitOutcomeUnknown() {
      notes.add("in doubt");
    }
  }

  @Test
  void aFollowerIsToldOfWhatIsDurableAndSpoilsNothing() throws InterruptedException {
    NotingFollower follower = new NotingFollower();
    ledger.follow(follower);
    CountDownLatch gate = store.closeGate();
    Waiting first = submit(reserve(0));
    store.awaitAtGate();
    Waiting second = submit(reserve(1));
    submit(new CreateRepository("other", 5));
    Waiting refused = submit(reserve(1));
    assertEquals(List.of(), follower.notes, "not committed yet");
    gate.countDown();
    assertInstanceOf(Outcome.ReservationDone.class, first.outcome.join());
    assertInstanceOf(Outcome.ReservationDone.class, second.outcome.join());
    refused.outcome.join();
    assertEquals("default[2]2", follower.notes.get(0));
    assertEquals(Set.of("default[3]3", "other[1]3"), Set.copyOf(follower.notes.subList(1, 3)));

    store.failAt(FaultyStore.Step.WRITE);
    submit(reserve(2)).outcome.join();
    assertEquals(3, follower.notes.size(), "nothing was committed");
    store.failAt(FaultyStore.Step.COMMIT);
    submit(reserve(2)).outcome.join();
    assertEquals(List.of("in doubt"), follower.notes.subList(3, follower.notes.size()));
  }

  /** A notification before the store knows the outcome could turn out to be wrong. */
  @Test
  void aFollowerIsToldOfAnUnknownOutcomeWhenTheStoreCanTellItAndNotBefore() {
    NotingFollower follower = new NotingFollower();
    ledger.follow(follower);
    // Fails at the commit, and at the first try to settle it.
    store.failAt(FaultyStore.Step.COMMIT, FaultyStore.Step.TEND);
    assertEquals("unknown", rejection(submit(reserve(0)).outcome.join()).facts().get("outcome"));
    assertEquals(1, store.tended(), "it was not settled at once");
    submit(reserve(1)).outcome.join();
    assertEquals(List.of(), follower.notes);
    store.failAt(null);
    // By itself, though nobody calls.
    while (follower.notes.isEmpty()) {
      Thread.onSpinWait();
    }
    assertEquals(List.of("in doubt"), follower.notes);
  }

  @Test
  void aCommitThatTakesLongIsSeen() throws InterruptedException {
    assertEquals(0, ledger.storeBusyNanos(System.nanoTime()));
    CountDownLatch gate = store.closeGate();
    Waiting caller = submit(reserve(0));
    store.awaitAtGate();
    assertTrue(ledger.storeBusyNanos(System.nanoTime() + 5_000_000_000L) >= 5_000_000_000L);
    gate.countDown();
    caller.outcome.join();
    assertEquals(0, ledger.storeBusyNanos(System.nanoTime()));
  }

  @Test
  void theSweeperReleasesWhatRanOutAndNothingElse() {
    submit(reserve(0)).outcome.join();
    nowMicros.set(4);
    submit(reserve(1)).outcome.join();
    LeaseSweeper sweeper = new LeaseSweeper(ledger, watch);
    sweeper.run();
    assertNotNull(store.reservation(REPOSITORY, new Slot("request", 0)));
    nowMicros.set(6);
    sweeper.run();
    assertNull(store.reservation(REPOSITORY, new Slot("request", 0)));
    assertNotNull(store.reservation(REPOSITORY, new Slot("request", 1)));
    assertEquals(List.of("leases expired: 1, 1 bytes"), watch.notes());
  }

  @Test
  void retentionForgetsWhatIsOldAndKeepsOperationIdsOfWhatLives() {
    Command first = reserve(0);
    submit(first).outcome.join();
    submit(reserve(1)).outcome.join();
    nowMicros.set(10);
    new LeaseSweeper(ledger, watch).run();
    submit(new ReserveSlot(REPOSITORY, new Slot("request", 2), 1, 0, "op")).outcome.join();

    Retention retention = new Retention(ledger, Duration.ofDays(7));
    retention.run();
    nowMicros.set(10 + Duration.ofDays(7).toMillis() * 1000);
    retention.run();
    assertEquals(
        Rejection.Reason.RESERVATION_RELEASED, rejection(submit(first).outcome.join()).reason());

    nowMicros.incrementAndGet();
    retention.run();
    assertInstanceOf(Outcome.ReservationDone.class, submit(first).outcome.join());
    Outcome living =
        submit(new ReserveSlot(REPOSITORY, new Slot("request", 2), 1, 0, "op")).outcome.join();
    assertEquals(
        6, assertInstanceOf(Outcome.ReservationDone.class, living).reservation().generation());
  }

  @Test
  void anErrorInOneAnswerKeepsNoOtherFromItsCaller() {
    Ledger.Caller broken =
        telling(
            outcome -> {
              throw new AssertionError("a defect");
            });
    ledger.submit(new CreateRepository("broken", 1), broken);
    Waiting next = submit(new CreateRepository("next", 1));
    assertInstanceOf(
        Outcome.RepositoryDone.class, next.outcome.orTimeout(60, TimeUnit.SECONDS).join());
    assertEquals(1, watch.notes().size());
    assertTrue(watch.notes().get(0).contains("cannot answer a caller"), watch.notes()::toString);
  }
}
