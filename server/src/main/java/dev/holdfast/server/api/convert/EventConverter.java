package dev.holdfast.server.api.convert;

import dev.holdfast.server.ledger.books.Change;
import dev.holdfast.server.ledger.books.Released;
import dev.holdfast.server.ledger.watch.WatchRegistry;
import dev.holdfast.v1.CapacityChanged;
import dev.holdfast.v1.Event;
import dev.holdfast.v1.ReleaseReason;
import dev.holdfast.v1.ReservationState;
import dev.holdfast.v1.SlotFilled;
import dev.holdfast.v1.SlotReleased;
import dev.holdfast.v1.SlotReserved;
import dev.holdfast.v1.UnassignedChanged;
import dev.holdfast.v1.WatchEventsResponse;
import java.util.List;

/** Converts events to messages. */
public final class EventConverter {
  /** Converts events to the messages of a watch. */
  public static final WatchRegistry.MessageConverter<WatchEventsResponse> WATCH_MESSAGES =
      new WatchRegistry.MessageConverter<>() {
        @Override
        public WatchEventsResponse message(
            String repositoryId,
            List<dev.holdfast.server.ledger.books.Event> events,
            long revision) {
          return events(repositoryId, events, revision);
        }

        @Override
        public int bytes(WatchEventsResponse message) {
          return message.getSerializedSize();
        }
      };

  private EventConverter() {}

  static WatchEventsResponse events(
      String repositoryId, List<dev.holdfast.server.ledger.books.Event> events, long revision) {
    WatchEventsResponse.Builder response = WatchEventsResponse.newBuilder().setRevision(revision);
    events.forEach(event -> response.addEvents(event(repositoryId, event)));
    return response.build();
  }

  public static Event event(String repositoryId, dev.holdfast.server.ledger.books.Event event) {
    Event.Builder message =
        Event.newBuilder()
            .setRevision(event.revision())
            .setTime(ProtoConverters.time(event.micros()))
            .setAvailableBytes(event.availableBytes());
    Change.Booked change = event.change();
    if (change instanceof Change.SlotReserved reserved) {
      message.setReserved(
          SlotReserved.newBuilder()
              .setReservation(ProtoConverters.reservation(repositoryId, reserved.reservation())));
    } else if (change instanceof Change.SlotFilled filled) {
      message.setFilled(
          SlotFilled.newBuilder()
              .setReservation(ProtoConverters.reservation(repositoryId, filled.reservation())));
    } else if (change instanceof Change.SlotReleased released) {
      message.setReleased(released(repositoryId, released.released()));
    } else if (change instanceof Change.CapacityChanged capacity) {
      message.setCapacityChanged(
          CapacityChanged.newBuilder().setCapacityBytes(capacity.capacityBytes()));
    } else if (change instanceof Change.UnassignedChanged unassigned) {
      message.setUnassignedChanged(
          UnassignedChanged.newBuilder().setUnassignedBytes(unassigned.unassignedBytes()));
    }
    return message.build();
  }

  private static SlotReleased released(String repositoryId, Released released) {
    return SlotReleased.newBuilder()
        .setReservation(
            ProtoConverters.reservation(
                repositoryId, released.reservation(), ReservationState.RESERVATION_STATE_RELEASED))
        .setReason(ReleaseReason.valueOf("RELEASE_REASON_" + released.reason().name()))
        .build();
  }
}
