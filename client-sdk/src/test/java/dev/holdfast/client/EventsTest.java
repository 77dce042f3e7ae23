package dev.holdfast.client;

import static dev.holdfast.client.ReservationsTest.MESSAGE;
import static dev.holdfast.client.ReservationsTest.RESERVATION;
import static dev.holdfast.client.ReservationsTest.SLOT;
import static dev.holdfast.client.ReservationsTest.SLOT_MESSAGE;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.Timestamp;
import dev.holdfast.client.model.Event;
import dev.holdfast.client.model.ReleaseReason;
import dev.holdfast.client.requests.ListEvents;
import dev.holdfast.client.results.EventPage;
import dev.holdfast.testing.rpc.FakeServer;
import dev.holdfast.v1.ListEventsRequest;
import dev.holdfast.v1.ListEventsResponse;
import dev.holdfast.v1.ReservationsServiceGrpc;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Words into messages and back, for past events. */
class EventsTest {
  private static final Instant TIME = Instant.ofEpochSecond(1, 2);

  private final FakeServer server = FakeServer.start();
  private final HoldfastClient client = HoldfastClient.builder(server.target()).build();
  private final Reservations reservations = client.reservations();

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  @Test
  void everyKindOfEvent() throws Exception {
    var response = ListEventsResponse.newBuilder().setOldestRevision(9).setNextPageToken("more");
    response.addEvents(event(1)).getEventsBuilder(0).getReservedBuilder().setReservation(MESSAGE);
    response.addEvents(event(2)).getEventsBuilder(1).getFilledBuilder().setReservation(MESSAGE);
    response
        .addEvents(event(3))
        .getEventsBuilder(2)
        .getReleasedBuilder()
        .setReservation(MESSAGE)
        .setReason(dev.holdfast.v1.ReleaseReason.RELEASE_REASON_RECONCILED);
    response
        .addEvents(event(4))
        .getEventsBuilder(3)
        .getCapacityChangedBuilder()
        .setCapacityBytes(5);
    response
        .addEvents(event(5))
        .getEventsBuilder(4)
        .getUnassignedChangedBuilder()
        .setUnassignedBytes(6);
    response.addEvents(event(6));
    server.answer(ReservationsServiceGrpc.getListEventsMethod(), response.build());

    var page =
        new EventPage(
            List.of(
                new Event.Reserved(1, TIME, 101, RESERVATION),
                new Event.Filled(2, TIME, 102, RESERVATION),
                new Event.Released(3, TIME, 103, RESERVATION, ReleaseReason.RECONCILED),
                new Event.CapacityChanged(4, TIME, 104, 5),
                new Event.UnassignedChanged(5, TIME, 105, 6),
                new Event.Unrecognized(6, TIME, 106)),
            9,
            "more");
    var query =
        ListEvents.ofSlot(SLOT)
            .withRepositoryId("cold")
            .withAfterRevision(7)
            .withPageSize(8)
            .withPageToken("t");
    var sent =
        ListEventsRequest.newBuilder()
            .setRepositoryId("cold")
            .setSlot(SLOT_MESSAGE)
            .setAfterRevision(7)
            .setPageSize(8)
            .setPageToken("t")
            .build();
    assertEquals(page, reservations.listEvents(query));
    assertEquals(sent, server.next().request());
    assertEquals(page, reservations.listEventsAsync(query).join());
    assertEquals(sent, server.next().request());
    assertEquals(page, reservations.listEvents(ListEvents.ofRequest("0xab")));
    assertEquals(
        ListEventsRequest.newBuilder().setRequestId("0xab").build(), server.next().request());
  }

  @Test
  void listAllEventsKeepsTheQueryFromPageToPage() throws Exception {
    server.on(
        ReservationsServiceGrpc.getListEventsMethod(),
        (request, answer) ->
            FakeServer.complete(
                answer,
                ListEventsResponse.newBuilder()
                    .addEvents(event(request.getPageToken().isEmpty() ? 1 : 2))
                    .setNextPageToken(request.getPageToken().isEmpty() ? "last" : "")
                    .build()));
    assertEquals(
        List.of(new Event.Unrecognized(1, TIME, 101), new Event.Unrecognized(2, TIME, 102)),
        reservations.listAllEvents(ListEvents.all().withPageSize(1)).toList());
    assertEquals(ListEventsRequest.newBuilder().setPageSize(1).build(), server.next().request());
    assertEquals(
        ListEventsRequest.newBuilder().setPageSize(1).setPageToken("last").build(),
        server.next().request());
  }

  private static dev.holdfast.v1.Event event(long revision) {
    return dev.holdfast.v1.Event.newBuilder()
        .setRevision(revision)
        .setTime(Timestamp.newBuilder().setSeconds(1).setNanos(2))
        .setAvailableBytes(100 + revision)
        .build();
  }
}
