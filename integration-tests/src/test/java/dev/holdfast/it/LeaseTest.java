package dev.holdfast.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Timestamp;
import dev.holdfast.testing.Poll;
import dev.holdfast.testing.junit.LiveServer;
import dev.holdfast.testing.junit.RepositoryFixture;
import dev.holdfast.testing.rpc.Refusal;
import dev.holdfast.testing.rpc.Requests;
import dev.holdfast.v1.Reservation;
import dev.holdfast.v1.Slot;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A lease gives the space back by itself, and counts no time in which nobody could renew it. */
class LeaseTest {
  private static final Slot SLOT = Requests.slot("lease", 0);
  private static final Slot BRIEF = Requests.slot("lease", 1);
  private static final long HOUR = 3_600_000;

  /** How often it is killed and started; more in a long campaign. */
  private static final int ROUNDS = Integer.getInteger("holdfast.lease.rounds", 5);

  @RegisterExtension static final LiveServer SERVER = new LiveServer();

  private RepositoryFixture ledger;

  @BeforeEach
  void makeRepository() {
    ledger = RepositoryFixture.of(SERVER, 1000);
  }

  @Test
  void itEndsSoLongAfterItWasGiven() {
    Reservation reservation =
        ledger.reserve(ledger.reserving(SLOT, 10, "").setLease(Requests.millis(HOUR)));
    assertEquals(Duration.ofHours(1), left(reservation, reservation.getCreateTime()));
    assertFalse(ledger.reserve(BRIEF, 10, "").hasLeaseExpireTime(), "left out: none");
  }

  @Test
  void whatRunsOutIsReleasedByTheServer() throws Exception {
    Reservation reservation =
        ledger.reserve(ledger.reserving(SLOT, 10, "").setLease(Requests.millis(300)));
    Poll.until("the lease ran out", () -> ledger.available().getAvailableBytes() == 1000);
    Instant seen = Instant.now();

    // The server's clock is this machine's. A second is promised; a busy machine may stretch it.
    Duration late = Duration.between(instant(reservation.getLeaseExpireTime()), seen);
    assertFalse(late.isNegative(), "released " + late + " after the lease ran out");
    assertTrue(late.toSeconds() < 30, "released " + late + " after the lease ran out");
    Refusal.expect("RESERVATION_NOT_FOUND", () -> ledger.get(SLOT));
    Refusal.expect(
        "RESERVATION_NOT_FOUND", () -> ledger.fill(SLOT, reservation.getGeneration(), ""));
    assertTrue(ledger.release(SLOT, reservation.getGeneration(), "").getAlreadyReleased());
  }

  @Test
  void aRenewSetsItsEndAnewLongerOrShorterOrForTheFirstTime() throws Exception {
    long generation =
        ledger
            .reserve(ledger.reserving(SLOT, 10, "").setLease(Requests.millis(HOUR)))
            .getGeneration();
    Reservation longer = ledger.renew(SLOT, generation, Requests.millis(2 * HOUR));
    assertTrue(left(longer, longer.getCreateTime()).compareTo(Duration.ofHours(2)) >= 0);
    assertEquals(longer, ledger.get(SLOT));

    ledger.reserve(BRIEF, 10, "");
    assertTrue(ledger.renew(BRIEF, 0, Requests.millis(1)).hasLeaseExpireTime());
    ledger.renew(SLOT, generation, Requests.millis(1));
    Poll.until("both ran out", () -> ledger.available().getReservedBytes() == 0);
  }

  @Test
  void aFillEndsIt() throws Exception {
    long generation =
        ledger
            .reserve(ledger.reserving(SLOT, 10, "").setLease(Requests.millis(5000)))
            .getGeneration();
    Reservation filled = ledger.fill(SLOT, generation, "");
    assertFalse(filled.hasLeaseExpireTime());
    assertTrue(filled.hasFillTime());

    ledger.reserve(ledger.reserving(BRIEF, 10, "").setLease(Requests.millis(5000)));
    Poll.until("a lease given later ran out", () -> ledger.available().getReservedBytes() == 10);
    assertEquals(filled, ledger.get(SLOT));
  }

  @Test
  void afterAStartNobodyHasLessLeftThanTheirLengthOrAMinute() throws Exception {
    Reservation hour =
        ledger.reserve(ledger.reserving(SLOT, 10, "").setLease(Requests.millis(HOUR)));
    Slot halfMinute = Requests.slot("lease", 2);
    ledger.reserve(ledger.reserving(halfMinute, 10, "").setLease(Requests.millis(30_000)));
    ledger.reserve(ledger.reserving(BRIEF, 10, "").setLease(Requests.millis(200)));
    Instant killed = Instant.now();
    SERVER.restart();

    assertEquals(hour, ledger.get(SLOT), "where more is left than a minute nothing changes");
    Instant end = instant(ledger.get(halfMinute).getLeaseExpireTime());
    assertTrue(end.isAfter(killed.plusSeconds(30)), end + " after a start later than " + killed);
    Poll.until("the brief one ran out", () -> ledger.available().getReservedBytes() == 20);
  }

  @Test
  void whatAStartGivesCountsFromWhenItIsServed() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      Slot slot = Requests.slot("brief", round);
      long generation =
          ledger
              .reserve(ledger.reserving(slot, 10, "").setLease(Requests.millis(500)))
              .getGeneration();
      SERVER.restart();
      ledger.renew(slot, generation, Requests.millis(HOUR));
    }
    assertEquals(10L * ROUNDS, ledger.available().getReservedBytes());
  }

  @Test
  void timeInWhichTheServerWasStoppedDoesNotCount() throws Exception {
    // So that it is not the grace of a start that they are given.
    awaitSweeper();
    for (int slot = 0; slot < 10; slot++) {
      ledger.reserve(
          ledger.reserving(Requests.slot("stopped", slot), 10, "").setLease(Requests.millis(6000)));
    }
    signal("STOP");
    Instant over = Instant.now().plusSeconds(8);
    Poll.until("the leases would have run out", () -> Instant.now().isAfter(over));
    signal("CONT");
    awaitSweeper();
    for (int slot = 0; slot < 10; slot++) {
      ledger.renew(Requests.slot("stopped", slot), 0, Requests.millis(HOUR));
    }
  }

  /**
   * Waits until the sweeper has released a new short lease, and thus all leases that expired before
   * it.
   */
  private void awaitSweeper() throws Exception {
    ledger.reserve(ledger.reserving(SLOT, 1, "").setLease(Requests.millis(1)));
    Poll.until("the sweeper came by", () -> ledger.available().getReservedBytes() % 10 == 0);
  }

  private static void signal(String name) throws Exception {
    long pid = SERVER.server().pid();
    Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(pid)).inheritIO().start();
    assertEquals(0, kill.waitFor());
  }

  private static Duration left(Reservation reservation, Timestamp from) {
    return Duration.between(instant(from), instant(reservation.getLeaseExpireTime()));
  }

  private static Instant instant(Timestamp time) {
    return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
  }
}
