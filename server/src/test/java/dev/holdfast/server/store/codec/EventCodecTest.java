package dev.holdfast.server.store.codec;

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
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class EventCodecTest {
  private static final long MICROS = 1_800_000_000_000_000L;
  private static final String UUID = "0195f0a9-9fff-7abc-8def-f123456789ab";

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

  private static Reservation filled(long revision, String operationId) {
    Reservation reserved = reservation(false);
    return new Reservation(
        reserved.slot(),
        0,
        revision,
        // A clock may have been set back.
        MICROS + 1,
        0,
        0,
        operationId,
        new Reservation.Fill(revision, MICROS + 2, operationId, false),
        "");
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
    // As it is made: with what is of the event itself.
    changes.add(new Change.SlotFilled(filled(900L + changes.size(), UUID)));
    changes.add(new Change.SlotFilled(filled(900L + changes.size(), "0" + UUID.substring(1))));
    for (String nearly :
        List.of(
            UUID.toUpperCase(Locale.ROOT),
            UUID.substring(1),
            UUID + "0",
            UUID.replace('-', '0'),
            UUID.replace('9', 'g'),
            UUID.replace('9', ':'),
            UUID.replace('9', '/'),
            UUID.replace('9', '`'),
            " ",
            "~".repeat(64))) {
      changes.add(new Change.SlotFilled(filled(1, nearly)));
    }
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
      long availableBytes = events.size() % 2 == 0 ? 7 : Long.MAX_VALUE;
      events.add(new Event(900L + events.size(), MICROS, availableBytes, change));
    }
    byte[] chunk = EventCodec.encode(events);
    assertEquals(events, EventCodec.decode(chunk, 900, MICROS));
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
    EventCodec.releases(
        chunk, (place, slotKey) -> found.put((long) place, SlotKeys.decode(slotKey)));
    return found;
  }

  /** It is on the disk: with another, nothing that is there could be read. */
  @Test
  void theFormatStaysWhatItIs() {
    Slot slot = new Slot("0x" + "5f".repeat(32), 3);
    Reservation reserved =
        new Reservation(slot, 20, 9, MICROS, 60, MICROS + 60, UUID, Reservation.Fill.NONE, "cold");
    Reservation filled =
        new Reservation(
            slot,
            20,
            9,
            MICROS - 7,
            0,
            0,
            "reserve",
            new Reservation.Fill(10, MICROS, "fill", true),
            "cold");
    Released released =
        new Released(filled, ReleaseReason.REQUEST_ENDED, 11, MICROS, "release", true);
    List<Event> events =
        List.of(
            new Event(9, MICROS, 850, new Change.SlotReserved(reserved)),
            new Event(10, MICROS, 850, new Change.SlotFilled(filled)),
            new Event(11, MICROS, 870, new Change.SlotReleased(released)),
            new Event(12, MICROS, 865, new Change.UnassignedChanged(5)),
            new Event(13, MICROS, 985, new CapacityChanged(CapacityChanged.Kind.UPDATED, 1000)));
    String chunk =
        "0103a40d24015f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f0001"
            + "031400003c7801bc7aff9fa9f09501ab89674523f1ef8d0004636f6c64040024015f5f5f5f5f5f5f"
            + "5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f00010314010e000872657365727665"
            + "0100000566696c6c0104636f6c640528020872656c656173650124015f5f5f5f5f5f5f5f5f5f5f5f"
            + "5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f00010314020e0008726573657276650101000566"
            + "696c6c0104636f6c6402090501f00102e807";
    assertEquals(chunk, HexFormat.of().formatHex(EventCodec.encode(events)));
    assertEquals(events, EventCodec.decode(HexFormat.of().parseHex(chunk), 9, MICROS));
    assertEquals(Map.of(2L, slot), foundReleases(HexFormat.of().parseHex(chunk)));
  }

  @Test
  void aChunkMentionsTheSlotsThatItTellsOfAndTheirRequests() {
    Event event = new Event(900, MICROS, 7, new Change.SlotReserved(reservation(false)));
    Event other = new Event(901, MICROS, 7, new Change.UnassignedChanged(1));
    byte[] chunk = EventCodec.encode(List.of(event, other));
    Slot slot = reservation(false).slot();
    assertTrue(EventCodec.mayContain(chunk, SlotKeys.encode(slot)));
    assertTrue(EventCodec.mayContain(chunk, SlotKeys.encodeRequest(slot.requestId())));
    assertTrue(EventCodec.mayContain(chunk, new byte[0]));
    assertFalse(EventCodec.mayContain(chunk, SlotKeys.encode(new Slot(slot.requestId(), 0))));
    assertFalse(EventCodec.mayContain(chunk, SlotKeys.encodeRequest("0x" + "60".repeat(32))));
    assertFalse(EventCodec.mayContain(new byte[1], SlotKeys.encode(slot)));
  }

  @Test
  void aFormatOfTheFutureIsRefused() {
    byte[] chunk = EventCodec.encode(List.of());
    chunk[0]++;
    assertThrows(IllegalStateException.class, () -> EventCodec.decode(chunk, 1, MICROS));
  }
}
