package dev.holdfast.server.api.convert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Timestamp;
import dev.holdfast.server.ledger.books.Change;
import dev.holdfast.server.ledger.books.Change.CapacityChanged;
import dev.holdfast.server.ledger.books.ReleaseReason;
import dev.holdfast.server.ledger.books.Released;
import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.watch.WatchRegistry;
import dev.holdfast.v1.Event;
import dev.holdfast.v1.ReservationState;
import dev.holdfast.v1.WatchEventsResponse;
import java.util.Collections;
import org.junit.jupiter.api.Test;

/** Every field of every event. */
class EventConverterTest {
  private static final Slot SLOT = new Slot("request", -1);
  private static final Reservation RESERVED =
      new Reservation(SLOT, 5, 41, 1_000_001, 60, 3_000_000, "op", Reservation.Fill.NONE, "offer");
  private static final Reservation FILLED =
      RESERVED.withFill(new Reservation.Fill(43, 2_000_000, "op", false));

  private static Event event(Change.Booked change) {
    return EventConverter.event(
        "cold", new dev.holdfast.server.ledger.books.Event(44, 4_000_005, 7, change));
  }

  private static Timestamp time(long seconds, int micros) {
    return Timestamp.newBuilder().setSeconds(seconds).setNanos(micros * 1000).build();
  }

  private static dev.holdfast.v1.Reservation.Builder reservation(ReservationState state) {
    return dev.holdfast.v1.Reservation.newBuilder()
        .setRepositoryId("cold")
        .setSlot(dev.holdfast.v1.Slot.newBuilder().setRequestId("request").setSlotIndex(-1))
        .setAmountBytes(5)
        .setState(state)
        .setGeneration(41)
        .setOfferId("offer")
        .setCreateTime(time(1, 1));
  }

  @Test
  void eachSaysItsPlaceInTheHistory() {
    Event event = event(new Change.UnassignedChanged(0));
    assertEquals(44, event.getRevision());
    assertEquals(time(4, 5), event.getTime());
    assertEquals(7, event.getAvailableBytes());
    assertTrue(event.hasRevision() && event.hasAvailableBytes());
  }

  @Test
  void changesToTheRepository() {
    for (CapacityChanged.Kind kind : CapacityChanged.Kind.values()) {
      Event capacity = event(new CapacityChanged(kind, 9));
      assertEquals(9, capacity.getCapacityChanged().getCapacityBytes());
    }
    Event nothing = event(new Change.UnassignedChanged(0));
    assertTrue(nothing.getUnassignedChanged().hasUnassignedBytes());
    assertEquals(
        3, event(new Change.UnassignedChanged(3)).getUnassignedChanged().getUnassignedBytes());
  }

  @Test
  void changesToASlot() {
    assertEquals(
        reservation(ReservationState.RESERVATION_STATE_RESERVED)
            .setLeaseExpireTime(time(3, 0))
            .build(),
        event(new Change.SlotReserved(RESERVED)).getReserved().getReservation());
    assertEquals(
        reservation(ReservationState.RESERVATION_STATE_FILLED).setFillTime(time(2, 0)).build(),
        event(new Change.SlotFilled(FILLED)).getFilled().getReservation());
  }

  @Test
  void releasesWithEveryReason() {
    for (ReleaseReason reason : ReleaseReason.values()) {
      Event filled =
          event(new Change.SlotReleased(new Released(FILLED, reason, 44, 4, "op", false)));
      assertEquals("RELEASE_REASON_" + reason, filled.getReleased().getReason().name());
      assertEquals(
          reservation(ReservationState.RESERVATION_STATE_RELEASED).setFillTime(time(2, 0)).build(),
          filled.getReleased().getReservation());
      Event reserved =
          event(new Change.SlotReleased(new Released(RESERVED, reason, 44, 4, "op", false)));
      assertFalse(reserved.getReleased().getReservation().hasFillTime());
    }
  }

  @Test
  void aMessageOfTheLargestEventsIsFarBelowFourMebibytes() {
    Reservation largest =
        new Reservation(
            new Slot("~".repeat(128), -1),
            Long.MAX_VALUE,
            Long.MAX_VALUE,
            Long.MAX_VALUE / 4,
            0,
            Long.MAX_VALUE / 4,
            "",
            new Reservation.Fill(Long.MAX_VALUE, Long.MAX_VALUE / 4, "", false),
            "o".repeat(128));
    Released released =
        new Released(largest, ReleaseReason.LEASE_EXPIRED, Long.MAX_VALUE, 1, "", false);
    var event =
        new dev.holdfast.server.ledger.books.Event(
            Long.MAX_VALUE, Long.MAX_VALUE / 4, Long.MAX_VALUE, new Change.SlotReleased(released));
    WatchEventsResponse message =
        EventConverter.events(
            "r".repeat(63),
            Collections.nCopies(WatchRegistry.EVENTS_PER_MESSAGE, event),
            Long.MAX_VALUE);
    assertTrue(message.getSerializedSize() < 1024 * 1024, "" + message.getSerializedSize());
  }
}
