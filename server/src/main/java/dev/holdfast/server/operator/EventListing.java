package dev.holdfast.server.operator;

import static dev.holdfast.server.operator.Listing.Column.number;
import static dev.holdfast.server.operator.Listing.Column.text;

import dev.holdfast.client.model.Event;
import dev.holdfast.client.model.Reservation;
import java.util.List;

/** The columns of a table of events. */
final class EventListing {
  private static final List<Listing.Column<Event>> COLUMNS =
      List.of(
          number("REVISION", event -> Long.toString(event.revision())),
          text("TIME", event -> Text.time(event.time())),
          text("EVENT", EventListing::kind),
          text("SLOT", EventListing::slot),
          number("SIZE", EventListing::size),
          number("FREE", event -> Text.size(event.availableBytes())),
          text("DETAIL", EventListing::detail));

  private EventListing() {}

  static Listing<Event> to(Output out, boolean json) {
    return new Listing<>(out, json, COLUMNS, Json::event);
  }

  private static String kind(Event event) {
    if (event instanceof Event.Reserved) {
      return "RESERVED";
    } else if (event instanceof Event.Filled) {
      return "FILLED";
    } else if (event instanceof Event.Released) {
      return "RELEASED";
    } else if (event instanceof Event.CapacityChanged) {
      return "CAPACITY";
    } else if (event instanceof Event.UnassignedChanged) {
      return "UNASSIGNED";
    }
    return "UNRECOGNIZED";
  }

  private static String slot(Event event) {
    Reservation reservation = EventSelection.reservation(event);
    return reservation == null ? Text.NONE : Text.slot(reservation.slot());
  }

  private static String size(Event event) {
    Reservation reservation = EventSelection.reservation(event);
    if (reservation != null) {
      return Text.size(reservation.amountBytes());
    } else if (event instanceof Event.CapacityChanged capacity) {
      return Text.size(capacity.capacityBytes());
    } else if (event instanceof Event.UnassignedChanged unassigned) {
      return Text.size(unassigned.unassignedBytes());
    }
    return Text.NONE;
  }

  private static String detail(Event event) {
    Reservation reservation = EventSelection.reservation(event);
    if (reservation == null) {
      return "";
    }
    StringBuilder detail = new StringBuilder("generation ").append(reservation.generation());
    if (event instanceof Event.Released released) {
      detail.append(", ").append(released.reason());
    } else if (reservation.leaseExpireTime() != null) {
      detail.append(", lease until ").append(Text.time(reservation.leaseExpireTime()));
    }
    if (!reservation.offerId().isEmpty()) {
      detail.append(", offer ").append(reservation.offerId());
    }
    return detail.toString();
  }
}
