package dev.holdfast.server.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.server.ledger.books.Change;
import dev.holdfast.server.ledger.books.Change.CapacityChanged;
import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.books.ReleaseReason;
import dev.holdfast.server.ledger.books.Released;
import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.books.Slot;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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
        filled ? new Reservation.Fill(43, MICROS, "fill", true) : Reservation.Fill.NONE,
        filled ? "cold" : "");
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
    changes.add(new Change.SlotReserved(reservation(true)));
    changes.add(
        new Change.SlotReleased(
            new Released(
                reservation(false),
                ReleaseReason.ATTEMPT_FAILED,
                900L + changes.size(),
                MICROS,
                "",
                false)));
    List<Event> events = new ArrayList<>();
    for (Change.Booked change : changes) {
      events.add(new Event(900L + events.size(), MICROS, 7, change));
    }
    byte[] chunk = EventLog.encode(events);
    assertEquals(events, EventLog.decode(chunk, 900, MICROS));
    assertEquals(releases(events), foundReleases(chunk));
  }

  private static Map<Long, Slot> releases(List<Event> events) {
    Map<Long, Slot> releases = new TreeMap<>();
    for (Event event : events) {
      if (event.change() instanceof Change.SlotReleased change) {
        releases.put(event.revision() - 900, change.released().reservation().slot());
      }
    }
    return releases;
  }

  private static Map<Long, Slot> foundReleases(byte[] chunk) {
    Map<Long, Slot> found = new TreeMap<>();
    EventLog.releases(chunk, (place, slotKey) -> found.put((long) place, SlotKeys.decode(slotKey)));
    return found;
  }

  /** A release that the program wrote when it knew no offers. */
  @Test
  void theFirstFormatCanStillBeRead() {
    String chunk =
        "0105d2060200000802656e64656400001407eee7e3ccc296980300000d"
            + "726573657276652d656e6465640898f9fbccc29698030866696c6c2d616e7901";
    Reservation ended =
        new Reservation(
            new Slot("ended", 0),
            20,
            7,
            1_795_176_768_533_486L,
            0,
            0,
            "reserve-ended",
            new Reservation.Fill(8, 1_795_176_768_928_920L, "fill-any", true),
            "");
    Released released = new Released(ended, ReleaseReason.REQUEST_ENDED, 9, MICROS, "", false);
    assertEquals(
        List.of(new Event(9, MICROS, 850, new Change.SlotReleased(released))),
        EventLog.decode(HexFormat.of().parseHex(chunk), 9, MICROS));
    assertEquals(Map.of(0L, new Slot("ended", 0)), foundReleases(HexFormat.of().parseHex(chunk)));
  }

  @Test
  void aChunkMentionsTheSlotsThatItTellsOfAndTheirRequests() {
    Event event = new Event(900, MICROS, 7, new Change.SlotReserved(reservation(false)));
    Event other = new Event(901, MICROS, 7, new Change.UnassignedChanged(1));
    byte[] chunk = EventLog.encode(List.of(event, other));
    Slot slot = reservation(false).slot();
    assertTrue(EventLog.mentions(chunk, SlotKeys.encode(slot)));
    assertTrue(EventLog.mentions(chunk, SlotKeys.encodeRequest(slot.requestId())));
    assertTrue(EventLog.mentions(chunk, new byte[0]));
    assertFalse(EventLog.mentions(chunk, SlotKeys.encode(new Slot(slot.requestId(), 0))));
    assertFalse(EventLog.mentions(chunk, SlotKeys.encodeRequest("0x" + "60".repeat(32))));
    assertFalse(EventLog.mentions(new byte[1], SlotKeys.encode(slot)));
  }

  @Test
  void aFormatOfTheFutureIsRefused() {
    byte[] chunk = EventLog.encode(List.of());
    chunk[0]++;
    assertThrows(IllegalStateException.class, () -> EventLog.decode(chunk, 1, MICROS));
  }
}
