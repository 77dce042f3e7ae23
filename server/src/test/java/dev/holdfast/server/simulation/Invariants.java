package dev.holdfast.server.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.server.ledger.books.Change.SlotFilled;
import dev.holdfast.server.ledger.books.Change.SlotReleased;
import dev.holdfast.server.ledger.books.Change.SlotReserved;
import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.books.ReleaseReason;
import dev.holdfast.server.ledger.books.Released;
import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.engine.Recount;
import dev.holdfast.server.ledger.view.Delta;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** What the contract promises, whatever fails. Follows every commit of the database. */
final class Invariants {
  private static final long GRACE_MICROS = 60_000_000;

  /** A time without a server is known to some ticks of the world's clock. */
  private static final long TICKS_MICROS = 300_000;

  private final World world;
  private final Map<String, Long> capacities = new HashMap<>();
  private final Map<String, Long> revisions = new HashMap<>();
  private final Map<String, Long> timesMicros = new HashMap<>();
  private final Map<String, Map<Slot, Reservation>> reserved = new HashMap<>();

  /** The ends of leases that clients were told, by repository and generation. */
  private final Map<String, Map<Long, Long>> promisedMicros = new HashMap<>();

  private final Map<String, Set<Long>> expired = new HashMap<>();
  private long idleMicros;
  private long lastMicros;
  private long servedAgainMicros;
  private long expiredCount;
  private long commitCount;

  Invariants(World world) {
    this.world = world;
  }

  void created(String repositoryId, long capacityBytes) {
    capacities.put(repositoryId, capacityBytes);
    revisions.put(repositoryId, 1L);
    reserved.put(repositoryId, new HashMap<>());
    promisedMicros.put(repositoryId, new HashMap<>());
    expired.put(repositoryId, new HashSet<>());
  }

  /** Follows time: whether some server could serve since the last call. */
  void passed(boolean served) {
    long sinceMicros = lastMicros == 0 ? 0 : world.nowMicros() - lastMicros;
    lastMicros = world.nowMicros();
    if (!served) {
      idleMicros += sinceMicros;
    } else {
      if (idleMicros > SimulatedDatabase.GAP_MICROS + TICKS_MICROS) {
        servedAgainMicros = world.nowMicros();
      }
      idleMicros = 0;
    }
  }

  void committed(Delta delta) {
    commitCount++;
    String id = delta.after().id();
    for (Event event : delta.events()) {
      assertEquals(get(revisions, id) + 1, event.revision(), "revisions without a gap");
      revisions.put(id, event.revision());
      assertTrue(
          event.micros() >= timesMicros.getOrDefault(id, 0L), "the times of events never decrease");
      timesMicros.put(id, event.micros());
      Map<Slot, Reservation> slots = get(reserved, id);
      if (event.change() instanceof SlotReserved reserving) {
        Reservation reservation = reserving.reservation();
        assertNull(slots.put(reservation.slot(), reservation), "a slot is reserved once");
        assertEquals(event.revision(), reservation.generation());
      } else if (event.change() instanceof SlotFilled filling) {
        Reservation before = slots.put(filling.reservation().slot(), filling.reservation());
        assertNotNull(before, "a reserved slot is filled");
        assertEquals(before.generation(), filling.reservation().generation());
      } else if (event.change() instanceof SlotReleased releasing) {
        released(id, slots, releasing.released(), event.micros());
      }
      long sum = slots.values().stream().mapToLong(Reservation::amountBytes).sum();
      assertTrue(sum <= get(capacities, id), "never more than the capacity");
      assertEquals(get(capacities, id) - sum, event.availableBytes());
    }
  }

  private void released(String id, Map<Slot, Reservation> slots, Released released, long micros) {
    Reservation reservation = released.reservation();
    Reservation before = slots.remove(reservation.slot());
    assertNotNull(before, "a reservation is released once");
    assertEquals(before.generation(), reservation.generation());
    if (released.reason() == ReleaseReason.LEASE_EXPIRED) {
      expiredCount++;
      get(expired, id).add(reservation.generation());
      long promised = get(promisedMicros, id).getOrDefault(reservation.generation(), 0L);
      assertTrue(micros >= promised, () -> "a lease ended " + (promised - micros) + " us too soon");
      if (servedAgainMicros > 0 && reservation.createMicros() < servedAgainMicros) {
        long graceMicros = Math.min(reservation.leaseMicros(), GRACE_MICROS);
        assertTrue(
            micros >= servedAgainMicros + graceMicros,
            () ->
                "a lease ended before it could be renewed, after nobody could renew it: at "
                    + micros
                    + ", when servers had come back at "
                    + servedAgainMicros
                    + ": "
                    + reservation);
      }
    }
  }

  /** A client was told that this reservation exists. */
  void acknowledged(String id, Reservation reservation) {
    Event event = world.database().books().events(id).get((int) reservation.generation() - 1);
    assertEquals(reservation.generation(), event.revision());
    assertTrue(
        event.change() instanceof SlotReserved made
            && made.reservation().slot().equals(reservation.slot()),
        "what was acknowledged is in the books");
    if (reservation.leaseExpireMicros() != 0) {
      get(promisedMicros, id)
          .merge(reservation.generation(), reservation.leaseExpireMicros(), Math::max);
    }
  }

  /** A client was told that this reservation is filled. */
  void filled(String id, Reservation reservation) {
    Reservation now = get(reserved, id).get(reservation.slot());
    assertTrue(
        now != null && now.generation() == reservation.generation() && now.filled(),
        "what was filled is filled");
    // The lease of a filled slot has ended for good.
    get(promisedMicros, id).remove(reservation.generation());
  }

  /** A client was told that this reservation is released. */
  void released(String id, Reservation reservation) {
    Reservation now = get(reserved, id).get(reservation.slot());
    assertTrue(
        now == null || now.generation() != reservation.generation(), "what was released is gone");
  }

  /** Returns whether the lease of a reservation ended. */
  boolean isExpired(String id, long generation) {
    return get(expired, id).contains(generation);
  }

  private static <V> V get(Map<String, V> map, String id) {
    return Objects.requireNonNull(map.get(id), id);
  }

  void checkSums() {
    for (String id : capacities.keySet()) {
      long sum = get(reserved, id).values().stream().mapToLong(Reservation::amountBytes).sum();
      assertEquals(
          get(capacities, id) - sum,
          Objects.requireNonNull(world.database().books().repository(id)).availableBytes());
    }
  }

  /** Checks everything once more, at the end. */
  void checkBooks() {
    for (String id : capacities.keySet()) {
      Recount recount = Objects.requireNonNull(world.database().books().recount(id));
      assertEquals(List.of(), recount.problems());
      List<Event> events = world.database().books().events(id);
      assertEquals(get(revisions, id), (long) events.size());
    }
  }

  long commitCount() {
    return commitCount;
  }

  long expiredCount() {
    return expiredCount;
  }
}
