package dev.holdfast.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.client.errors.HoldfastException;
import dev.holdfast.client.errors.RevisionCompactedException;
import dev.holdfast.client.errors.UnavailableException;
import dev.holdfast.client.internal.calls.Backoff;
import dev.holdfast.client.model.Event;
import dev.holdfast.client.requests.WatchEvents;
import dev.holdfast.testing.process.Relay;
import dev.holdfast.testing.rpc.FakeServer;
import dev.holdfast.v1.ReservationsServiceGrpc;
import dev.holdfast.v1.WatchEventsRequest;
import dev.holdfast.v1.WatchEventsResponse;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.Context;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A watch of events, and what becomes of it wherever its connection breaks. */
class WatchTest {
  private static final MethodDescriptor<WatchEventsRequest, WatchEventsResponse> WATCH =
      ReservationsServiceGrpc.getWatchEventsMethod();
  private static final Watch.Pace QUICK =
      new Watch.Pace(
          Duration.ofSeconds(60), new Backoff(Duration.ofMillis(1), Duration.ofMillis(10)));

  private final FakeServer server = FakeServer.start();
  private final Relay relay = new Relay(server.target());
  private final RequestCounter requests = new RequestCounter();
  private final HoldfastClient client =
      HoldfastClient.builder(relay.target()).interceptor(requests).build();
  private final Recorder told = new Recorder();

  @AfterEach
  void close() throws IOException {
    client.close();
    server.close();
    relay.close();
  }

  @Test
  void everyEventIsToldOnceWhereverTheConnectionBreaks() throws Exception {
    AtomicInteger attempts = new AtomicInteger();
    server.on(
        WATCH,
        (request, answer) -> {
          int attempt = attempts.getAndIncrement();
          long revision = request.getAfterRevision();
          answer.onNext(message(revision));
          for (int i = 0; i < attempt % 4 && revision < 100; i++) {
            answer.onNext(message(revision + 2, revision + 1, revision + 2));
            revision += 2;
          }
          switch (attempt % 5) {
            case 0 -> answer.onError(Status.UNAVAILABLE.asException());
            case 1 -> answer.onError(FakeServer.error(Code.UNAVAILABLE, "DRAINING", Map.of()));
            case 2 -> relay.cut();
            case 3 -> answer.onCompleted();
            default -> answer.onError(Status.INTERNAL.asException());
          }
        });
    var unused = watch(WatchEvents.after(0));
    List<Long> revisions = new ArrayList<>();
    while (revisions.size() < 100) {
      revisions.add(told.nextEvent().revision());
    }
    assertEquals(LongStream.rangeClosed(1, 100).boxed().toList(), revisions);
    assertTrue(attempts.get() > 30, attempts + " attempts");
  }

  @Test
  void aMessageThatBreaksInTheMiddleGoesOnBehindTheEventThatWasToldLast() throws Exception {
    server.on(
        WATCH,
        (request, answer) -> {
          if (request.getAfterRevision() == 0) {
            answer.onNext(message(2, 1, 2));
          } else {
            answer.onNext(message(3, 3));
          }
        });
    // 2 came with the same message.
    told.onEvent =
        event -> {
          if (event.revision() == 1) {
            relay.cut();
          }
        };
    var unused = watch(WatchEvents.after(0));
    assertEquals(List.of(1L, 2L, 3L), told.nextRevisions(3));
    assertEquals(List.of(0L, 2L), List.of(nextRequest(), nextRequest()));
  }

  @Test
  void fromNowGoesOnFromWhereItBegan() throws Exception {
    AtomicInteger attempts = new AtomicInteger();
    server.on(
        WATCH,
        (request, answer) -> {
          switch (attempts.getAndIncrement()) {
            case 0 -> answer.onError(Status.UNAVAILABLE.asException());
            case 1 -> {
              answer.onNext(message(7));
              answer.onError(Status.UNAVAILABLE.asException());
            }
            default -> answer.onNext(message(8, 8));
          }
        });
    var unused = watch(WatchEvents.fromNow().withRepositoryId("cold"));
    assertEquals(7, told.revisions.poll(60, TimeUnit.SECONDS));
    assertEquals(8, told.nextEvent().revision());
    assertEquals(8, told.revisions.poll(60, TimeUnit.SECONDS));
    assertEquals(2, told.interruptions.size());
    var now = WatchEventsRequest.newBuilder().setRepositoryId("cold").build();
    assertEquals(now, server.next().request());
    assertEquals(now, server.next().request());
    assertEquals(now.toBuilder().setAfterRevision(7).build(), server.next().request());
  }

  @Test
  void aServerThatIsAwayForLongIsFoundAgain() throws Exception {
    AtomicInteger attempts = new AtomicInteger();
    server.on(
        WATCH,
        (request, answer) -> {
          if (attempts.incrementAndGet() == 1) {
            answer.onNext(message(5));
          } else {
            answer.onNext(message(6, 6));
          }
        });
    var unused = watch(WatchEvents.fromNow());
    assertEquals(5, told.revisions.poll(60, TimeUnit.SECONDS));
    relay.refuse(true);
    relay.cut();
    for (int i = 0; i < 10; i++) {
      assertInstanceOf(UnavailableException.class, told.interruptions.poll(60, TimeUnit.SECONDS));
    }
    relay.refuse(false);
    assertEquals(6, told.nextEvent().revision());
  }

  static Stream<StatusRuntimeException> ends() {
    return Stream.of(
        FakeServer.error(Code.OUT_OF_RANGE, "REVISION_COMPACTED", Map.of("oldest_revision", "9")),
        FakeServer.error(Code.OUT_OF_RANGE, "REVISION_IN_FUTURE", Map.of()),
        FakeServer.error(Code.NOT_FOUND, "REPOSITORY_NOT_FOUND", Map.of()),
        FakeServer.error(Code.INVALID_ARGUMENT, "INVALID_ARGUMENT", Map.of()),
        FakeServer.error(Code.PERMISSION_DENIED, "PERMISSION_DENIED", Map.of()),
        Status.UNAUTHENTICATED.asRuntimeException(),
        Status.UNIMPLEMENTED.asRuntimeException());
  }

  @ParameterizedTest
  @MethodSource("ends")
  void whatAnotherConnectionWouldNotChangeEndsIt(StatusRuntimeException end) throws Exception {
    server.on(
        WATCH,
        (request, answer) -> {
          answer.onNext(message(1, 1));
          answer.onError(end);
        });
    var unused = watch(WatchEvents.after(0));
    assertEquals(1, told.nextEvent().revision());
    Throwable error = told.end();
    assertInstanceOf(HoldfastException.class, error);
    if (error instanceof RevisionCompactedException compacted) {
      assertEquals(9, compacted.oldestRevision());
    }
    assertEquals(1, server.attempts().size());
    assertEquals(0, told.interruptions.size());
  }

  @Test
  void whatTheListenerThrowsEndsIt() throws Exception {
    CountDownLatch cancelled = serveForEver();
    var failure = new AssertionError("of the listener");
    told.onEvent =
        event -> {
          throw failure;
        };
    var unused = watch(WatchEvents.after(0));
    assertSame(failure, told.end());
    assertTrue(cancelled.await(60, TimeUnit.SECONDS));
    assertEquals(1, told.events.size());
  }

  @Test
  void nothingMoreIsAskedForBeforeTheListenerReturned() throws Exception {
    serveForEver();
    CountDownLatch inListener = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    told.onEvent =
        event -> {
          inListener.countDown();
          assertTrue(goOn.await(60, TimeUnit.SECONDS));
        };
    var unused = watch(WatchEvents.after(0));
    assertTrue(inListener.await(60, TimeUnit.SECONDS));
    assertEquals(1, requests.count.get());
    goOn.countDown();
    assertEquals(List.of(1L, 2L, 3L), told.nextRevisions(3));
  }

  @Test
  void aSilentConnectionIsMadeAnew() throws Exception {
    AtomicInteger attempts = new AtomicInteger();
    server.on(
        WATCH,
        (request, answer) -> {
          if (attempts.incrementAndGet() <= 2) {
            answer.onNext(message(4));
          } else {
            answer.onNext(message(5, 5));
          }
        });
    var impatient =
        new Watch.Pace(
            Duration.ofMillis(100), new Backoff(Duration.ofMillis(1), Duration.ofMillis(1)));
    var unused = watchEvents(client, WatchEvents.after(4), told, impatient);
    assertEquals(5, told.nextEvent().revision());
    assertTrue(String.valueOf(told.interruptions.poll()).contains("PT0.1S"));
  }

  @Test
  void aSlowListenerIsNoSilence() throws Exception {
    AtomicReference<CountDownLatch> cancelled = new AtomicReference<>();
    server.on(
        WATCH,
        (request, answer) -> {
          CountDownLatch thisOne = new CountDownLatch(1);
          cancelled.set(thisOne);
          answer.setOnCancelHandler(thisOne::countDown);
          long next = request.getAfterRevision() + 1;
          answer.onNext(message(next, next));
        });
    BlockingQueue<Boolean> kept = new LinkedBlockingQueue<>();
    told.onEvent =
        event -> {
          CountDownLatch ofThisMessage = Objects.requireNonNull(cancelled.get());
          kept.add(!ofThisMessage.await(500, TimeUnit.MILLISECONDS));
        };
    var impatient =
        new Watch.Pace(
            Duration.ofMillis(200), new Backoff(Duration.ofMillis(1), Duration.ofMillis(1)));
    var unused = watchEvents(client, WatchEvents.after(0), told, impatient);
    // On a busy machine a message may come just when the silence was long enough, now and then.
    for (int tries = 1; !Boolean.TRUE.equals(kept.poll(60, TimeUnit.SECONDS)); tries++) {
      assertTrue(tries < 10, "cancelled, however often");
    }
  }

  /** Sends a request late, and at once when its call is cancelled meanwhile. */
  private static final class LateRequest implements ClientInterceptor {
    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(
        MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
      CountDownLatch cancelled = new CountDownLatch(1);
      return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
        @Override
        public void sendMessage(Q message) {
          try {
            var unused = cancelled.await(100, TimeUnit.MILLISECONDS);
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
          super.sendMessage(message);
        }

        @Override
        public void cancel(@Nullable String message, @Nullable Throwable cause) {
          super.cancel(message, cause);
          cancelled.countDown();
        }
      };
    }
  }

  @Test
  void silenceCountsFromWhenTheCallIsSent() throws Exception {
    CountDownLatch connected = new CountDownLatch(1);
    server.on(WATCH, (request, answer) -> connected.countDown());
    var impatient =
        new Watch.Pace(
            Duration.ofMillis(1), new Backoff(Duration.ofMillis(1), Duration.ofMillis(1)));
    try (HoldfastClient late =
        HoldfastClient.builder(relay.target()).interceptor(new LateRequest()).build()) {
      // Only on a channel that is connected does a call that was cancelled refuse to be sent.
      EventSubscription first = watchEvents(late, WatchEvents.after(4), told, Watch.Pace.DEFAULT);
      assertTrue(connected.await(60, TimeUnit.SECONDS));
      first.close();
      var unused = watchEvents(late, WatchEvents.after(4), told, impatient);
      for (int i = 0; i < 3; i++) {
        assertNotNull(told.interruptions.poll(60, TimeUnit.SECONDS), "the watch has ended");
      }
    }
  }

  @Test
  void aClosedWatchTellsNothingMore() throws Exception {
    CountDownLatch cancelled = serveForEver();
    CompletableFuture<EventSubscription> subscription = new CompletableFuture<>();
    told.onEvent =
        event -> {
          if (event.revision() == 3) {
            subscription.join().close();
          }
        };
    subscription.complete(watch(WatchEvents.after(0)));
    assertTrue(cancelled.await(60, TimeUnit.SECONDS));
    subscription.join().close();
    client.close();
    assertEquals(List.of(1L, 2L, 3L), told.nextRevisions(3));
    assertEquals(0, told.events.size());
    assertFalse(told.error.isDone());
    assertNull(told.interruptions.poll());
  }

  @Test
  void aClosedClientEndsItsWatches() throws Exception {
    CountDownLatch cancelled = new CountDownLatch(1);
    server.on(
        WATCH,
        (request, answer) -> {
          answer.setOnCancelHandler(cancelled::countDown);
          answer.onNext(message(1, 1));
        });
    var unused = watch(WatchEvents.after(0));
    assertEquals(1, told.nextEvent().revision());
    client.close();
    assertTrue(cancelled.await(60, TimeUnit.SECONDS));
    assertFalse(told.error.isDone());
    assertThrows(IllegalStateException.class, () -> watch(WatchEvents.fromNow()));
  }

  @Test
  void itOutlivesTheContextThatItWasBegunIn() throws Exception {
    CompletableFuture<ServerCallStreamObserver<WatchEventsResponse>> answering =
        new CompletableFuture<>();
    server.on(
        WATCH,
        (request, answer) -> {
          answer.onNext(message(1, 1));
          answering.complete(answer);
        });
    EventSubscription subscription;
    try (var context = Context.current().withCancellation()) {
      subscription = context.call(() -> watch(WatchEvents.after(0)));
      assertEquals(1, told.nextEvent().revision());
    }
    answering.get(60, TimeUnit.SECONDS).onNext(message(2, 2));
    assertEquals(2, told.nextEvent().revision());
    assertEquals(0, told.interruptions.size());
    subscription.close();
  }

  @Test
  void pausesGrowAreBoundedAndJittered() {
    var pauses = Watch.Pace.DEFAULT.pauses();
    for (int failures = 0; failures < 100; failures++) {
      long whole = failures < 5 ? 200L << failures : 5_000;
      long pause = pauses.after(failures).toMillis();
      assertTrue(pause >= whole / 2 && pause <= whole, failures + ": " + pause);
    }
    assertTrue(
        Stream.generate(() -> pauses.after(3)).limit(100).distinct().count() > 50, "no jitter");
  }

  private EventSubscription watch(WatchEvents watch) {
    return watchEvents(client, watch, told, QUICK);
  }

  private static EventSubscription watchEvents(
      HoldfastClient client, WatchEvents watch, EventListener listener, Watch.Pace pace) {
    return ((RemoteReservations) client.reservations()).watchEvents(watch, listener, pace);
  }

  /** One event a message, as fast as the client takes them. */
  private CountDownLatch serveForEver() {
    CountDownLatch cancelled = new CountDownLatch(1);
    server.on(
        WATCH,
        (request, answer) -> {
          answer.setOnCancelHandler(cancelled::countDown);
          long[] revision = {request.getAfterRevision()};
          answer.setOnReadyHandler(
              () -> {
                while (answer.isReady()) {
                  revision[0]++;
                  answer.onNext(message(revision[0], revision[0]));
                }
              });
        });
    return cancelled;
  }

  private static WatchEventsResponse message(long revision, long... events) {
    var message = WatchEventsResponse.newBuilder().setRevision(revision);
    for (long each : events) {
      message
          .addEventsBuilder()
          .setRevision(each)
          .getCapacityChangedBuilder()
          .setCapacityBytes(each);
    }
    return message.build();
  }

  private long nextRequest() throws InterruptedException {
    return ((WatchEventsRequest) server.next().request()).getAfterRevision();
  }

  private interface OnEvent {
    void accept(Event event) throws Exception;
  }

  private static final class Recorder implements EventListener {
    final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    final BlockingQueue<Long> revisions = new LinkedBlockingQueue<>();
    final BlockingQueue<HoldfastException> interruptions = new LinkedBlockingQueue<>();
    final CompletableFuture<Throwable> error = new CompletableFuture<>();
    volatile OnEvent onEvent = event -> {};

    @Override
    public void onEvent(Event event) {
      events.add(event);
      try {
        onEvent.accept(event);
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    }

    @Override
    public void onError(Throwable thrown) {
      assertTrue(error.complete(thrown), "two ends");
    }

    @Override
    public void onRevision(long revision) {
      revisions.add(revision);
    }

    @Override
    public void onInterrupted(HoldfastException cause) {
      interruptions.add(cause);
    }

    Event nextEvent() throws Exception {
      @Nullable Event event = events.poll(60, TimeUnit.SECONDS);
      if (event == null) {
        throw new AssertionError("no event came; " + error);
      }
      return event;
    }

    List<Long> nextRevisions(int count) throws Exception {
      List<Long> next = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        next.add(nextEvent().revision());
      }
      return next;
    }

    Throwable end() throws Exception {
      return error.get(60, TimeUnit.SECONDS);
    }
  }

  private static final class RequestCounter implements ClientInterceptor {
    final AtomicInteger count = new AtomicInteger();

    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(
        MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
      return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
        @Override
        public void request(int numMessages) {
          count.addAndGet(numMessages);
          super.request(numMessages);
        }
      };
    }
  }
}
