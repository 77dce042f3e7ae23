package dev.holdfast.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.testing.Poll;
import dev.holdfast.testing.junit.LiveServer;
import dev.holdfast.testing.junit.RepositoryFixture;
import dev.holdfast.testing.process.ServerProcess;
import dev.holdfast.testing.rpc.Refusal;
import dev.holdfast.testing.rpc.Requests;
import dev.holdfast.testing.rpc.Stubs;
import dev.holdfast.v1.DeleteRepositoryRequest;
import dev.holdfast.v1.Event;
import dev.holdfast.v1.ReservationsServiceGrpc;
import dev.holdfast.v1.WatchEventsRequest;
import dev.holdfast.v1.WatchEventsResponse;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Tests that a watch receives past events, then new events, and then how it ended. */
class WatchTest {
  @RegisterExtension static final LiveServer SERVER = new LiveServer();

  @TempDir private Path temp;

  private RepositoryFixture ledger;

  @BeforeEach
  void makeRepository() {
    ledger = RepositoryFixture.of(SERVER, 1000);
  }

  private static Iterator<WatchEventsResponse> watch(Stubs stubs, WatchEventsRequest request) {
    return ReservationsServiceGrpc.newBlockingStub(stubs.channel()).watchEvents(request);
  }

  private WatchEventsRequest.Builder watching() {
    return WatchEventsRequest.newBuilder().setRepositoryId(ledger.id());
  }

  private Iterator<WatchEventsResponse> watchAfter(long revision) {
    return watch(SERVER.stubs(), watching().setAfterRevision(revision).build());
  }

  private static List<Long> revisions(WatchEventsResponse message) {
    return message.getEventsList().stream().map(Event::getRevision).toList();
  }

  /** The next message that is not only a sign of life. */
  private static WatchEventsResponse next(Iterator<WatchEventsResponse> watch) {
    WatchEventsResponse message = watch.next();
    while (message.getEventsCount() == 0) {
      message = watch.next();
    }
    return message;
  }

  /** The end of a watch that has nothing more to tell. */
  private static Refusal end(Iterator<WatchEventsResponse> watch) {
    return Refusal.of(assertThrows(StatusRuntimeException.class, watch::next));
  }

  @Test
  void whatCameAndWhatComesOfOneRepository() {
    RepositoryFixture other = RepositoryFixture.of(SERVER, 1000);
    ledger.reserve(Requests.slot("before", 0), 1, "");
    Iterator<WatchEventsResponse> all = watchAfter(0);
    Iterator<WatchEventsResponse> fromNow = watch(SERVER.stubs(), watching().build());
    assertEquals(List.of(1L, 2L), revisions(all.next()));
    WatchEventsResponse nothing = fromNow.next();
    assertEquals(0, nothing.getEventsCount());
    assertEquals(2, nothing.getRevision());

    other.reserve(Requests.slot("other", 0), 1, "");
    var reserved = ledger.reserve(Requests.slot("after", 0), 1, "");
    for (Iterator<WatchEventsResponse> watch : List.of(all, fromNow)) {
      WatchEventsResponse message = next(watch);
      assertEquals(3, message.getRevision());
      assertEquals(1, message.getEventsCount());
      assertEquals(reserved, message.getEvents(0).getReserved().getReservation());
    }
  }

  @Test
  void aRevisionThatWasToldByAnAnswerIsNeverInTheFuture() {
    for (int i = 0; i < 50; i++) {
      long generation = ledger.reserve(Requests.slot("told", i), 1, "").getGeneration();
      assertEquals(generation, watchAfter(generation).next().getRevision());
    }
  }

  @Test
  void wrongBeginningsAreRefused() {
    Refusal future = end(watchAfter(2));
    assertEquals("REVISION_IN_FUTURE", future.reason());
    assertEquals(1, future.number("revision"));
    assertEquals(2, future.number("after_revision"));
    assertEquals("INVALID_ARGUMENT", end(watchAfter(-1)).reason());
    assertEquals(List.of("after_revision"), end(watchAfter(-1)).fields());
    WatchEventsRequest nowhere = watching().setRepositoryId("never").build();
    assertEquals("REPOSITORY_NOT_FOUND", end(watch(SERVER.stubs(), nowhere)).reason());
  }

  @Test
  void aDeletionIsTheLastThatIsTold() {
    Iterator<WatchEventsResponse> watch = watchAfter(1);
    assertEquals(1, watch.next().getRevision());
    DeleteRepositoryRequest delete = Requests.deleteRepository(ledger.id());
    var unused = SERVER.repositories().deleteRepository(delete);
    WatchEventsResponse last = next(watch);
    assertEquals(2, last.getRevision());
    assertEquals(0, last.getEvents(0).getCapacityChanged().getCapacityBytes());
    assertEquals("REPOSITORY_NOT_FOUND", end(watch).reason());

    ledger.create(5);
    assertEquals(List.of(3L), revisions(watchAfter(2).next()));
  }

  @Test
  void whatIsNoLongerKeptIsSaidToBeSo() throws Exception {
    try (ServerProcess server =
            ServerProcess.start(
                temp.resolve("brief"), "--capacity", "1000", "--retention", "100ms");
        Stubs stubs = new Stubs(server.target())) {
      WatchEventsRequest fromCreation = WatchEventsRequest.newBuilder().setAfterRevision(0).build();
      Iterator<WatchEventsResponse> early = watch(stubs, WatchEventsRequest.getDefaultInstance());
      long revision = early.next().getRevision();
      Poll.until(
          "the creation is forgotten",
          () -> {
            try {
              var unused = watch(stubs, fromCreation).next();
              return false;
            } catch (StatusRuntimeException e) {
              Refusal refused = Refusal.of(e);
              assertEquals("REVISION_COMPACTED", refused.reason());
              return refused.number("oldest_revision") == revision + 1;
            }
          });
      var unused =
          stubs
              .reservations()
              .reserveSlot(Requests.reserveSlot("", Requests.slot("later", 0), 1, ""));
      assertEquals(List.of(revision + 1), revisions(next(early)), "who is up to date goes on");
    }
  }

  @Test
  void aServerThatDrainsEndsEveryWatchAndIsNotHeldUp() throws Exception {
    try (ServerProcess server = ServerProcess.start(temp.resolve("data"), "--capacity", "1000");
        Stubs stubs = new Stubs(server.target())) {
      Iterator<WatchEventsResponse> watch = watch(stubs, WatchEventsRequest.getDefaultInstance());
      assertEquals(1, watch.next().getRevision());
      server.signalTerm();
      assertEquals("DRAINING", end(watch).reason());
      assertEquals(0, server.awaitExit());
      assertTrue(server.log().contains("stopped"), server.log());
      assertEquals(List.of(), server.warnings());
    }
  }
}
