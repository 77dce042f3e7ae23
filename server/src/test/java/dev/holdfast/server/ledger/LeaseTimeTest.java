package dev.holdfast.server.ledger;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.server.ledger.books.ReleaseReason;
import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.ledger.rules.Command;
import dev.holdfast.server.ledger.rules.Outcome;
import dev.holdfast.server.ledger.rules.Rejection;
import dev.holdfast.server.ledger.rules.repositories.CreateRepository;
import dev.holdfast.server.ledger.rules.repositories.ReserveUnassigned;
import dev.holdfast.server.ledger.rules.slots.Apply;
import dev.holdfast.server.ledger.rules.slots.ExpireLeases;
import dev.holdfast.server.ledger.rules.slots.ReleaseSlot;
import dev.holdfast.server.ledger.rules.slots.ReserveSlot;
import dev.holdfast.server.ledger.rules.slots.Step;
import dev.holdfast.server.store.sqlite.SqliteStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clocks that are set, and time in which nobody could renew a lease. */
class LeaseTimeTest {
  private static final String REPOSITORY = "default";
  private static final Slot SLOT = new Slot("request", 0);
  private static final long SECOND = 1_000_000;
  private static final long HOUR = 3600 * SECOND;
  private static final long YEAR = 365 * 24 * HOUR;
  private static final long START = 57 * YEAR;

  @TempDir private Path temp;
  private final NotedWatch watch = new NotedWatch();
  private final AtomicLong steadyMicros = new AtomicLong(77);
  private final AtomicLong aheadMicros = new AtomicLong();
  private FaultyStore store = new FaultyStore();
  private Ledger ledger = ledger();
  private LeaseSweeper sweeper = new LeaseSweeper(ledger, watch);

  private Ledger ledger() {
    LedgerClock clock =
        new SteadyClock(
            () -> (START + steadyMicros.get() + aheadMicros.get()) / 1000,
            () -> steadyMicros.get() * 1000);
    return new Ledger(store, clock, 1000, watch);
  }

  private void open() {
    store = new FaultyStore(SqliteStore.open(temp.resolve("holdfast.db")));
    ledger = ledger();
    sweeper = new LeaseSweeper(ledger, watch);
    ledger.start();
  }

  @BeforeEach
  void start() {
    open();
    run(new CreateRepository(REPOSITORY, 1000));
  }

  @AfterEach
  void close() {
    store.failAt(null);
    store.openGate();
    ledger.close();
    store.close();
  }

  private Outcome run(Command command) {
    return ledger.run(command);
  }

  private Reservation reserve(Slot slot, long leaseMicros) {
    Outcome outcome = run(new ReserveSlot(REPOSITORY, slot, 1, leaseMicros, ""));
    return assertInstanceOf(Outcome.ReservationDone.class, outcome).reservation();
  }

  /** Anything, behind which the writer has done what was due. */
  private void change() {
    assertInstanceOf(Outcome.RepositoryDone.class, run(new ReserveUnassigned(REPOSITORY, 1, "")));
  }

  private long leftMicros() {
    return requireNonNull(store.reservation(REPOSITORY, SLOT)).leaseExpireMicros()
        - ledger.nowMicros();
  }

  @Test
  void aClockThatIsSetEndsNoLeaseAndTimesFollowIt() {
    for (long by : new long[] {2 * HOUR, YEAR, -YEAR, -3 * HOUR}) {
      Slot old = new Slot("old", by);
      // One that has a row, and one that is young.
      reserve(old, 2 * HOUR);
      store.maintenance().adjustLeases(0, ledger.nowMicros(), 3 * HOUR);
      reserve(SLOT, HOUR);
      long before = ledger.nowMicros();
      aheadMicros.addAndGet(by);
      change();
      sweeper.run();
      assertEquals(HOUR, leftMicros(), () -> "set by " + by);
      assertEquals(
          2 * HOUR,
          requireNonNull(store.reservation(REPOSITORY, old)).leaseExpireMicros()
              - ledger.nowMicros());
      assertTrue(Math.abs(ledger.nowMicros() - before - by) < 1000, "by the millisecond");
      assertEquals(ledger.nowMicros(), reserve(new Slot("new", by), 0).createMicros());
      assertEquals(
          List.of("clock set from " + before + " to " + ledger.nowMicros()), watch.notes());
      steadyMicros.addAndGet(SECOND);
      watch.notes().clear();
      release(SLOT, old);
    }
  }

  private void release(Slot... slots) {
    List<Step> steps = new ArrayList<>();
    for (Slot slot : slots) {
      steps.add(new ReleaseSlot(REPOSITORY, slot, 0, ReleaseReason.ATTEMPT_FAILED, ""));
    }
    assertInstanceOf(Outcome.ApplyDone.class, run(new Apply(REPOSITORY, steps, true)));
  }

  @Test
  void aClockThatIsKeptRightIsNotSet() {
    reserve(SLOT, HOUR);
    long before = ledger.nowMicros();
    aheadMicros.addAndGet(SECOND / 2);
    change();
    assertEquals(before, ledger.nowMicros());
    assertEquals(List.of(), watch.notes());
  }

  @Test
  void whereACommitFailedThatMovedLeasesTheyEndWithinTheirBounds() {
    reserve(SLOT, HOUR);
    aheadMicros.addAndGet(2 * HOUR);
    store.failAt(FaultyStore.Step.COMMIT);
    assertInstanceOf(Rejection.class, run(new ReserveUnassigned(REPOSITORY, 1, "")));
    store.failAt(null);
    change();
    assertEquals(HOUR, leftMicros());
  }

  /** A process that is stopped, or a machine that is too busy. */
  @Test
  void timeInWhichNobodyServedIsGivenBackBeforeAnythingIsDecided() throws InterruptedException {
    Reservation reserved = reserve(SLOT, 30 * SECOND);
    CountDownLatch gate = store.closeGate();
    CompletableFuture<Outcome> held = ledger.submitOwn(new ReserveUnassigned(REPOSITORY, 1, ""));
    store.awaitAtGate();
    // It was queued before anybody noticed.
    CompletableFuture<Outcome> expire =
        ledger.submitOwn(
            new ExpireLeases(
                REPOSITORY, List.of(new ExpireLeases.Expired(SLOT, reserved.generation()))));
    steadyMicros.addAndGet(90 * SECOND);
    gate.countDown();
    held.join();
    expire.join();
    assertEquals(30 * SECOND, leftMicros());
    sweeper.run();
    assertEquals(30 * SECOND, leftMicros());
    steadyMicros.addAndGet(SECOND);
    change();
    for (int i = 0; i < 29; i++) {
      steadyMicros.addAndGet(SECOND);
      change();
    }
    sweeper.run();
    assertNull(store.reservation(REPOSITORY, SLOT), "and no more than that");
  }

  @Test
  void whoeverHasMoreThanAMinuteLeftGetsNothing() {
    Reservation reserved = reserve(SLOT, HOUR);
    steadyMicros.addAndGet(90 * SECOND);
    change();
    assertEquals(reserved, store.reservation(REPOSITORY, SLOT));
  }

  @Test
  void aShortPauseIsNoGap() {
    reserve(SLOT, SECOND / 2);
    steadyMicros.addAndGet(SECOND);
    sweeper.run();
    assertNull(store.reservation(REPOSITORY, SLOT));
  }

  @Test
  void timeInWhichTheStoreFailedIsGivenBackAndNothingIsSweptMeanwhile() {
    for (FaultyStore.Step step :
        List.of(FaultyStore.Step.COMMIT, FaultyStore.Step.WRITE, FaultyStore.Step.BEGIN)) {
      Slot slot = new Slot("request " + step, 0);
      reserve(slot, 10 * SECOND);
      store.failAt(step);
      for (int i = 0; i < 25; i++) {
        assertInstanceOf(Rejection.class, run(new ReserveUnassigned(REPOSITORY, 1, "")));
        int looks = store.looks();
        sweeper.run();
        assertEquals(looks, store.looks(), "no look while the store fails");
        steadyMicros.addAndGet(SECOND);
      }
      store.failAt(null);
      change();
      sweeper.run();
      long left =
          requireNonNull(store.reservation(REPOSITORY, slot)).leaseExpireMicros()
              - ledger.nowMicros();
      // A store that fails only to write a change can still give the grace just before.
      assertTrue(left >= 8 * SECOND && left <= 10 * SECOND, () -> step + ": " + left);
    }
  }

  @Test
  void afterAStartNobodyHasMoreLeftThanTheirLengthWhateverTheClockSaidBefore() {
    close();
    aheadMicros.set(YEAR);
    open();
    reserve(SLOT, 60 * SECOND);
    close();
    aheadMicros.set(0);
    open();
    ledger.giveGrace();
    assertEquals(60 * SECOND, leftMicros());
    close();
    aheadMicros.set(YEAR);
    open();
    ledger.giveGrace();
    assertEquals(60 * SECOND, leftMicros());
  }

  /** A start on a full disk serves all the same. */
  @Test
  void graceForWhichThereWasNoRoomComesBeforeTheFirstChange() {
    reserve(SLOT, 60 * SECOND);
    close();
    steadyMicros.addAndGet(HOUR);
    open();
    store.failAt(FaultyStore.Step.COMMIT);
    assertThrows(StoreException.class, ledger::giveGrace);
    store.failAt(null);
    change();
    assertEquals(60 * SECOND, leftMicros());
  }

  @Test
  void noClockForgetsAnythingEarlyOrKeepsItForEver() {
    Duration kept = Duration.ofDays(7);
    long keptMicros = kept.toMillis() * 1000;
    for (long ahead : new long[] {YEAR, -YEAR, 30 * 24 * HOUR}) {
      Slot slot = new Slot("retention", ahead);
      Command reserve = new ReserveSlot(REPOSITORY, slot, 1, 0, "op");
      run(reserve);
      release(slot);
      new Retention(ledger, kept).run();
      close();
      aheadMicros.addAndGet(ahead);
      open();
      Retention retention = new Retention(ledger, kept);
      retention.run();
      assertInstanceOf(Rejection.class, run(reserve), "is remembered");
      // The time of a server that served before counts too.
      steadyMicros.addAndGet(keptMicros / 2);
      retention.run();
      close();
      steadyMicros.addAndGet(HOUR);
      open();
      retention = new Retention(ledger, kept);
      steadyMicros.addAndGet(keptMicros / 2);
      retention.run();
      assertInstanceOf(Rejection.class, run(reserve), "at least");
      steadyMicros.addAndGet(keptMicros / 50);
      retention.run();
      assertInstanceOf(Outcome.ReservationDone.class, run(reserve), "is decided anew");
    }
  }
}
