package dev.holdfast.client.internal.wire;

import dev.holdfast.client.model.Event;
import dev.holdfast.client.model.ReleaseReason;
import dev.holdfast.client.requests.ListEvents;
import dev.holdfast.client.results.EventPage;
import dev.holdfast.v1.ListEventsRequest;
import dev.holdfast.v1.ReservationsServiceGrpc;
import dev.holdfast.v1.WatchEventsRequest;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Converts events to messages and back. */
public final class EventMapper {
  private EventMapper() {}

  public static Call<?, ?, EventPage> list(ListEvents query) {
    ListEventsRequest.Builder request =
        ListEventsRequest.newBuilder()
            .setRepositoryId(query.repositoryId())
            .setRequestId(query.requestId())
            .setAfterRevision(query.afterRevision())
            .setPageSize(query.pageSize())
            .setPageToken(query.pageToken());
    if (query.slot() != null) {
      request.setSlot(ProtoMapper.slot(query.slot()));
    }
    return Call.read(
        ReservationsServiceGrpc.getListEventsMethod(),
        request.build(),
        response ->
            new EventPage(
                events(response.getEventsList()),
                response.getOldestRevision(),
                response.getNextPageToken()));
  }

  public static WatchEventsRequest watch(String repositoryId, @Nullable Long afterRevision) {
    WatchEventsRequest.Builder request =
        WatchEventsRequest.newBuilder().setRepositoryId(repositoryId);
    if (afterRevision != null) {
      request.setAfterRevision(afterRevision);
    }
    return request.build();
  }

  public static List<Event> events(List<dev.holdfast.v1.Event> messages) {
    return messages.stream().map(EventMapper::event).toList();
  }

  private static Event event(dev.holdfast.v1.Event message) {
    long revision = message.getRevision();
    Instant time = ProtoMapper.instant(message.getTime());
    long availableBytes = message.getAvailableBytes();
    return switch (message.getChangeCase()) {
      case RESERVED ->
          new Event.Reserved(
              revision,
              time,
              availableBytes,
              ProtoMapper.reservation(message.getReserved().getReservation()));
      case FILLED ->
          new Event.Filled(
              revision,
              time,
              availableBytes,
              ProtoMapper.reservation(message.getFilled().getReservation()));
      case RELEASED ->
          new Event.Released(
              revision,
              time,
              availableBytes,
              ProtoMapper.reservation(message.getReleased().getReservation()),
              ReleaseReason.ofName(
                  message.getReleased().getReason().name().replace("RELEASE_REASON_", "")));
      case CAPACITY_CHANGED ->
          new Event.CapacityChanged(
              revision, time, availableBytes, message.getCapacityChanged().getCapacityBytes());
      case UNASSIGNED_CHANGED ->
          new Event.UnassignedChanged(
              revision, time, availableBytes, message.getUnassignedChanged().getUnassignedBytes());
      case CHANGE_NOT_SET -> new Event.Unrecognized(revision, time, availableBytes);
    };
  }
}
