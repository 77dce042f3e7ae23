package dev.holdfast.server.runtime.page;

import dev.holdfast.server.ledger.books.Change;
import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.runtime.page.html.Format;
import dev.holdfast.server.runtime.page.html.Html;
import dev.holdfast.server.runtime.page.html.Layout;
import dev.holdfast.server.runtime.page.html.Links;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Spells events as rows of a table. */
final class EventRows {
  private static final int COLUMNS = 7;

  private EventRows() {}

  /** Returns the header cells. */
  static Html columns() {
    return Layout.columns("#Revision", "Time", "Event", "Slot", "#Size", "#Free after", "Detail");
  }

  /** Returns a row for each event, in their order. */
  static List<Html> of(String repositoryId, List<Event> events, Instant now) {
    List<Html> rows = new ArrayList<>();
    events.forEach(event -> rows.add(row(repositoryId, event, now)));
    return rows;
  }

  /**
   * Returns a row in place of events that are left out.
   *
   * @param link the page that ends with the last of them
   */
  static Html leftOut(long firstRevision, long lastRevision, String link) {
    return Html.of(
        "<tr data-revision=\"{}\"><td colspan=\"{}\">Many events came at once."
            + " <a href=\"{}\">Revisions {} to {}</a> are left out here.</td></tr>",
        lastRevision,
        COLUMNS,
        link,
        firstRevision,
        lastRevision);
  }

  private static Html row(String repositoryId, Event event, Instant now) {
    return Html.of(
        "<tr data-revision=\"{}\"><th scope=\"row\" class=\"number\">{}</th>{}{}{}{}{}{}</tr>",
        event.revision(),
        event.revision(),
        Layout.cell("Time", Format.time(event.micros())),
        Layout.cell("Event", kind(event.change())),
        Layout.cell("Slot", slot(repositoryId, event)),
        Layout.numberCell("Size", Format.size(sizeBytes(event.change()))),
        Layout.numberCell("Free after", Format.size(event.availableBytes())),
        Layout.cell("Detail", detail(event.change(), now)));
  }

  private static Html kind(Change.Booked change) {
    if (change instanceof Change.SlotReserved) {
      return kind("reserved", "reserved");
    } else if (change instanceof Change.SlotFilled) {
      return kind("filled", "filled");
    } else if (change instanceof Change.SlotReleased) {
      return kind("free", "released");
    } else if (change instanceof Change.UnassignedChanged) {
      return kind("unassigned", "unassigned bytes");
    } else if (change instanceof Change.CapacityChanged capacity) {
      return kind("capacity", "capacity " + capacity.kind().name().toLowerCase(Locale.ROOT));
    }
    throw new IllegalArgumentException("not a booked change: " + change);
  }

  private static Html kind(String key, String name) {
    return Html.of("<span class=\"state\"><span class=\"key {}\"></span>{}</span>", key, name);
  }

  private static Html slot(String repositoryId, Event event) {
    Slot slot = event.slot();
    return slot == null
        ? Html.EMPTY
        : Html.of(
            "<a href=\"{}\">{}</a>", Links.slot(repositoryId, slot), Parameters.slotText(slot));
  }

  private static long sizeBytes(Change.Booked change) {
    if (change instanceof Change.SlotReserved reserved) {
      return reserved.reservation().amountBytes();
    } else if (change instanceof Change.SlotFilled filled) {
      return filled.reservation().amountBytes();
    } else if (change instanceof Change.SlotReleased released) {
      return released.released().reservation().amountBytes();
    } else if (change instanceof Change.UnassignedChanged unassigned) {
      return unassigned.unassignedBytes();
    } else if (change instanceof Change.CapacityChanged capacity) {
      return capacity.capacityBytes();
    }
    throw new IllegalArgumentException("not a booked change: " + change);
  }

  private static Html detail(Change.Booked change, Instant now) {
    if (change instanceof Change.SlotReserved reserved) {
      Reservation reservation = reserved.reservation();
      Html offer =
          reservation.offerId().isEmpty()
              ? Html.EMPTY
              : Html.of(", sold by offer {}", reservation.offerId());
      return Html.of("{}{}", SlotsView.lease(reservation, now), offer);
    } else if (change instanceof Change.SlotFilled filled) {
      return Html.of("generation {}", filled.reservation().generation());
    } else if (change instanceof Change.SlotReleased released) {
      return Html.of(
          "{}, generation {}",
          released.released().reason().name().toLowerCase(Locale.ROOT).replace('_', ' '),
          released.released().reservation().generation());
    }
    return Html.EMPTY;
  }
}
