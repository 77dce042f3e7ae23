package dev.holdfast.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Timestamp;
import dev.holdfast.testing.Poll;
import dev.holdfast.testing.junit.LiveServer;
import dev.holdfast.testing.junit.RepositoryFixture;
import dev.holdfast.testing.rpc.Refusal;
import dev.holdfast.testing.rpc.Requests;
import dev.holdfast.v1.ApplyRequest;
import dev.holdfast.v1.DeleteRepositoryRequest;
import dev.holdfast.v1.Event;
import dev.holdfast.v1.ListEventsRequest;
import dev.holdfast.v1.ListEventsResponse;
import dev.holdfast.v1.ReleaseReason;
import dev.holdfast.v1.Reservation;
import dev.holdfast.v1.ReservationState;
import dev.holdfast.v1.Slot;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tests event reads for a slot, a request, and a repository. */
class EventsTest {
  private static final Slot SLOT = Requests.slot("story", 7);
  private static final Slot OTHER = Requests.slot("story", 8);

  @RegisterExtension static final LiveServer SERVER = new LiveServer();

  private RepositoryFixture ledger;

  @BeforeEach
  void makeRepository() {
    ledger = RepositoryFixture.of(SERVER, 1000);
  }

  private ListEventsRequest.Builder listing() {
    return ListEventsRequest.newBuilder().setRepositoryId(ledger.id());
  }

  private static ListEventsResponse page(ListEventsRequest.Builder request) {
    return SERVER.reservations().listEvents(request.build());
  }

  /** All pages; each is asked for with the token of the one before. */
  private static List<Event> all(ListEventsRequest.Builder request) {
    ListEventsResponse page = page(request);
    List<Event> events = new ArrayList<>(page.getEventsList());
    while (!page.getNextPageToken().isEmpty()) {
      page = page(request.setPageToken(page.getNextPageToken()));
      events.addAll(page.getEventsList());
    }
    return events;
  }

  private static List<Long> revisions(List<Event> events) {
    return events.stream().map(Event::getRevision).toList();
  }

  @Test
  void theStoryOfASlot() throws Exception {
    Reservation failed = ledger.reserve(SLOT, 10, "");
    ledger.reserve(OTHER, 5, "");
    ledger.release(SLOT, failed.getGeneration(), "");
    ledger.reserve(ledger.reserving(SLOT, 20, "").setLease(Requests.millis(1)));
    Poll.until("its lease ran out", () -> ledger.available().getReservedBytes() == 5);
    Reservation kept = ledger.reserve(SLOT, 30, "");
    Reservation filled = ledger.fill(SLOT, 0, "");
    ledger.release(SLOT, 0, ReleaseReason.RELEASE_REASON_REQUEST_ENDED, "");

    List<Event> story = all(listing().setSlot(SLOT).setPageSize(2));
    assertEquals(List.of(2L, 4L, 5L, 6L, 7L, 8L, 9L), revisions(story));
    assertEquals(
        List.of(990L, 995L, 975L, 995L, 965L, 965L, 995L),
        story.stream().map(Event::getAvailableBytes).toList());
    assertEquals(failed, story.get(0).getReserved().getReservation());
    assertEquals(failed.getCreateTime(), story.get(0).getTime());
    assertReleased(story.get(1), failed, ReleaseReason.RELEASE_REASON_ATTEMPT_FAILED);
    Reservation expired = story.get(2).getReserved().getReservation();
    assertTrue(expired.hasLeaseExpireTime());
    // A server that has just begun to answer gives leases their length once more, without an event.
    Timestamp ended = story.get(3).getReleased().getReservation().getLeaseExpireTime();
    assertFalse(instant(ended).isBefore(instant(expired.getLeaseExpireTime())), ended::toString);
    assertReleased(
        story.get(3),
        expired.toBuilder().setLeaseExpireTime(ended).build(),
        ReleaseReason.RELEASE_REASON_LEASE_EXPIRED);
    assertEquals(kept, story.get(4).getReserved().getReservation());
    assertEquals(filled, story.get(5).getFilled().getReservation());
    assertReleased(story.get(6), filled, ReleaseReason.RELEASE_REASON_REQUEST_ENDED);

    assertEquals(
        List.of(2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L),
        revisions(all(listing().setRequestId("story").setPageSize(3))));
    assertEquals(List.of(3L), revisions(all(listing().setRequestId("story").setSlot(OTHER))));
    assertEquals(List.of(), all(listing().setRequestId("stor")));
    assertEquals(List.of(8L, 9L), revisions(all(listing().setSlot(SLOT).setAfterRevision(7))));
  }

  private static Instant instant(Timestamp time) {
    return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
  }

  private static void assertReleased(Event event, Reservation before, ReleaseReason reason) {
    assertEquals(reason, event.getReleased().getReason());
    assertEquals(
        before.toBuilder().setState(ReservationState.RESERVATION_STATE_RELEASED).build(),
        event.getReleased().getReservation());
  }

  @Test
  void theStoryOfARepository() {
    ledger.reserveUnassigned(9, "");
    ledger.releaseUnassigned(9, "");
    ledger.end("nobody", "");
    ledger.update(0);
    ListEventsResponse page = page(listing());
    assertEquals(1, page.getOldestRevision());
    List<Event> events = page.getEventsList();
    assertEquals(List.of(1L, 2L, 3L, 4L), revisions(events));
    assertEquals(1000, events.get(0).getCapacityChanged().getCapacityBytes());
    assertEquals(9, events.get(1).getUnassignedChanged().getUnassignedBytes());
    assertEquals(991, events.get(1).getAvailableBytes());
    assertTrue(events.get(2).getUnassignedChanged().hasUnassignedBytes());
    assertTrue(events.get(3).getCapacityChanged().hasCapacityBytes());
    assertTrue(events.get(3).hasAvailableBytes());
    assertEquals(0, events.get(3).getAvailableBytes());
  }

  @Test
  void pagesOfAnySizeLoseAndRepeatNothing() {
    ApplyRequest.Builder many = ApplyRequest.newBuilder().setRepositoryId(ledger.id());
    for (int i = 0; i < 999; i++) {
      many.addOperations(
          Requests.operation(ledger.reserving(Requests.slot("r", i), 1, "").build()));
    }
    assertEquals(999, SERVER.reservations().apply(many.build()).getResultsCount());
    ledger.release(Requests.slot("r", 5), 0, "");
    assertEquals(100, page(listing()).getEventsCount());
    assertEquals(1000, page(listing().setPageSize(5000)).getEventsCount());
    for (int size : new int[] {0, 77, 500, 1000, 1001}) {
      assertEquals(
          LongStream.rangeClosed(1, 1001).boxed().toList(),
          revisions(all(listing().setPageSize(size))));
    }
    assertEquals("", page(listing().setAfterRevision(1).setPageSize(1000)).getNextPageToken());
    assertEquals(List.of(1001L), revisions(all(listing().setAfterRevision(1000))));
    assertEquals(List.of(), all(listing().setAfterRevision(1001)));
    assertEquals(List.of(), all(listing().setAfterRevision(Long.MAX_VALUE)), "not reached yet");
  }

  @Test
  void wrongWordsAreNamed() {
    assertEquals(List.of("after_revision"), wrong(listing().setAfterRevision(-1)));
    assertEquals(List.of("page_size"), wrong(listing().setPageSize(-1)));
    assertEquals(List.of("request_id"), wrong(listing().setRequestId("a b")));
    assertEquals(List.of("slot.request_id"), wrong(listing().setSlot(Slot.getDefaultInstance())));
    assertEquals(List.of("slot.request_id"), wrong(listing().setRequestId("other").setSlot(SLOT)));
    assertEquals(List.of("repository_id"), wrong(listing().setRepositoryId("A")));
    for (int i = 0; i < 3; i++) {
      ledger.reserve(Requests.slot("token", i), 1, "");
    }
    String token = page(listing().setPageSize(1)).getNextPageToken();
    assertEquals(List.of(2L, 3L, 4L), revisions(all(listing().setPageToken(token))));
    assertEquals(List.of("page_token"), wrong(listing().setPageToken("nonsense")));
    for (ListEventsRequest.Builder other :
        List.of(
            listing().setRequestId("token"),
            listing().setSlot(SLOT),
            listing().setAfterRevision(1),
            listing().setRepositoryId("default"))) {
      assertEquals(List.of("page_token"), wrong(other.setPageToken(token)));
    }
  }

  private static List<String> wrong(ListEventsRequest.Builder request) {
    return Refusal.expect("INVALID_ARGUMENT", () -> page(request)).fields();
  }

  @Test
  void whatIsDeletedHasNoEventsUntilItIsMadeAgain() {
    DeleteRepositoryRequest delete = Requests.deleteRepository(ledger.id());
    var unused = SERVER.repositories().deleteRepository(delete);
    Refusal.expect("REPOSITORY_NOT_FOUND", () -> page(listing()));
    Refusal.expect("REPOSITORY_NOT_FOUND", () -> page(listing().setRepositoryId("never")));
    ledger.create(5);
    List<Event> events = all(listing());
    assertEquals(List.of(1L, 2L, 3L), revisions(events));
    assertEquals(0, events.get(1).getCapacityChanged().getCapacityBytes());
    assertEquals(5, events.get(2).getCapacityChanged().getCapacityBytes());
  }
}
