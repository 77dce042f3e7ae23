package dev.holdfast.server.store.postgresql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.server.ledger.StoreRunner;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.engine.Maintenance;
import dev.holdfast.server.ledger.engine.Maintenance.Duty;
import dev.holdfast.server.ledger.rules.repositories.CreateRepository;
import dev.holdfast.server.ledger.rules.slots.ReserveSlot;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Servers on one database share duties, and extend leases only if none of them lived. */
class SharedDutiesTest {
  private static final long SECOND = 1_000_000;
  private static final long LEASE = 10 * SECOND;
  private static final long GRACE = 6 * SECOND;
  private static final Slot SLOT = new Slot("request", 0);

  private final TestDatabase database = TestDatabase.create();
  private final TestClock clock = TestClock.addTo(database);
  private final PostgresStore store = PostgresStore.open(database.settings(TestClock.PARAMETERS));
  private final PostgresStore other = PostgresStore.open(database.settings(TestClock.PARAMETERS));
  private final Maintenance mine = store.maintenance();
  private final Maintenance others = other.maintenance();

  @BeforeEach
  void reserve() {
    clock.set(100 * SECOND);
    StoreRunner.run(
        store,
        List.of(
            new CreateRepository("default", 10), new ReserveSlot("default", SLOT, 1, LEASE, "")),
        100 * SECOND);
  }

  @AfterEach
  void close() {
    store.close();
    other.close();
  }

  private long leaseEndSeconds() {
    return Objects.requireNonNull(store.reservation("default", SLOT)).leaseExpireMicros() / SECOND;
  }

  @Test
  void aDutyIsOfOneServerUntilItsTimeIsOver() {
    assertTrue(mine.acquire(Duty.SWEEP_LEASES));
    assertTrue(mine.acquire(Duty.SWEEP_LEASES));
    assertFalse(others.acquire(Duty.SWEEP_LEASES));
    assertTrue(others.acquire(Duty.PURGE));
    clock.set(102 * SECOND);
    assertFalse(others.acquire(Duty.SWEEP_LEASES));
    clock.set(102 * SECOND + 1);
    assertTrue(others.acquire(Duty.SWEEP_LEASES));
    assertFalse(mine.acquire(Duty.SWEEP_LEASES));
    clock.set(220 * SECOND);
    assertFalse(mine.acquire(Duty.PURGE));
    clock.set(220 * SECOND + 1);
    assertTrue(mine.acquire(Duty.PURGE));
  }

  @Test
  void theFirstServerExtendsLeases() {
    clock.set(109 * SECOND);
    mine.adjustLeases(0, 0, GRACE);
    assertEquals(115, leaseEndSeconds());
    clock.set(110 * SECOND);
    mine.adjustLeases(0, 0, 2 * LEASE);
    assertEquals(115, leaseEndSeconds(), "it lived a second ago");
  }

  @Test
  void noLeaseBecomesLongerThanItsLength() {
    clock.set(109 * SECOND);
    mine.adjustLeases(0, 0, 2 * LEASE);
    assertEquals(119, leaseEndSeconds());
  }

  @Test
  void aServerThatStartsBesideAnotherExtendsNothing() {
    mine.adjustLeases(0, 0, GRACE);
    for (int second = 101; second <= 108; second++) {
      clock.set(second * SECOND);
      mine.tend();
    }
    others.adjustLeases(0, 0, GRACE);
    assertEquals(110, leaseEndSeconds());
    assertEquals(2, database.number("SELECT count(*) FROM servers"));
  }

  @Test
  void afterATimeInWhichNoServerLivedTheFirstSignOfLifeExtendsLeases() {
    mine.adjustLeases(0, 0, GRACE);
    others.adjustLeases(0, 0, GRACE);
    clock.set(108 * SECOND);
    mine.tend();
    assertEquals(114, leaseEndSeconds());
    clock.set(109 * SECOND);
    others.tend();
    assertEquals(114, leaseEndSeconds(), "another server lived a second ago");
  }

  @Test
  void withoutAGraceASignOfLifeEndsNoGap() {
    clock.set(108 * SECOND);
    mine.tend();
    assertEquals(0, database.number("SELECT count(*) FROM servers"));
    assertEquals(110, leaseEndSeconds());
  }

  @Test
  void rowsOfOldServersAndBatchesAreDropped() {
    mine.adjustLeases(0, 0, GRACE);
    assertEquals(1, database.number("SELECT count(*) FROM batches"));
    clock.set(4000 * SECOND);
    others.adjustLeases(0, 0, GRACE);
    others.tend();
    assertEquals(1, database.number("SELECT count(*) FROM servers"));
    assertEquals(0, database.number("SELECT count(*) FROM batches"));
  }
}
