package dev.holdfast.server.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.holdfast.server.ledger.books.Change;
import dev.holdfast.server.ledger.books.Change.CapacityChanged;
import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.books.ReleaseReason;
import dev.holdfast.server.ledger.books.Released;
import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.books.Slot;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EventLogTest {
  private static final long MICROS = 1_800_000_000_000_000L;

  private static Reservation reservation(boolean filled) {
    return new Reservation(
        new Slot("0x" + "5f".repeat(32), -1),
        Long.MAX_VALUE,
        41,
        MICROS - 5,
        filled ? 0 : 60,
        filled ? 0 : MICROS + 60,
        "reserve",
        filled ? new Reservation.Fill(43, MICROS, "fill", true) : Reservation.Fill.NONE);
  }

  @Test
  void eventsComeBackAsTheyWere() {
    List<Change.Booked> changes = new ArrayList<>();
    for (CapacityChanged.Kind kind : CapacityChanged.Kind.values()) {
      changes.add(new CapacityChanged(kind, Long.MAX_VALUE));
    }
    changes.add(new Change.UnassignedChanged(0));
    changes.add(new Change.SlotReserved(reservation(false)));
    changes.add(new Change.SlotFilled(reservation(true)));
    for (ReleaseReason reason : ReleaseReason.values()) {
      long revision = 900L + changes.size();
      changes.add(
          new Change.SlotReleased(
              new Released(reservation(true), reason, revision, MICROS, "release", true)));
    }
    List<Event> events = new ArrayList<>();
    for (Change.Booked change : changes) {
      events.add(new Event(900L + events.size(), MICROS, 7, change));
    }
    assertEquals(events, EventLog.decode(EventLog.encode(events), 900, MICROS));
  }

  @Test
  void aFormatOfTheFutureIsRefused() {
    byte[] chunk = EventLog.encode(List.of());
    chunk[0]++;
    assertThrows(IllegalStateException.class, () -> EventLog.decode(chunk, 1, MICROS));
  }
}
