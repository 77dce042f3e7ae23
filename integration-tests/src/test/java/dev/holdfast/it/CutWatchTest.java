package dev.holdfast.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.holdfast.testing.Seed;
import dev.holdfast.testing.junit.LiveServer;
import dev.holdfast.testing.junit.RepositoryFixture;
import dev.holdfast.testing.process.Relay;
import dev.holdfast.testing.rpc.Requests;
import dev.holdfast.testing.rpc.Stubs;
import dev.holdfast.v1.ApplyRequest;
import dev.holdfast.v1.Event;
import dev.holdfast.v1.ReservationsServiceGrpc;
import dev.holdfast.v1.WatchEventsRequest;
import dev.holdfast.v1.WatchEventsResponse;
import io.grpc.Context;
import io.grpc.Context.CancellableContext;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.Iterator;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A watcher that is cut off again and again under load sees every revision exactly once. */
class CutWatchTest {
  private static final int CUTS = Integer.getInteger("holdfast.watch.cuts", 100);
  private static final Random RANDOM = Seed.random();

  @RegisterExtension static final LiveServer SERVER = new LiveServer();

  private final RepositoryFixture ledger = RepositoryFixture.of(SERVER, 1_000_000);

  /** Everything up to here was seen once and in order. */
  private long seen;

  @Test
  void everyRevisionIsSeenOnce() throws Exception {
    AtomicBoolean enough = new AtomicBoolean();
    CompletableFuture<Void> load = CompletableFuture.runAsync(() -> change(enough));
    try (Relay relay = new Relay(SERVER.server().target());
        Stubs stubs = new Stubs(relay.target())) {
      for (int cut = 0; cut < CUTS; cut++) {
        watchAndCut(stubs, relay);
      }
      enough.set(true);
      load.get(60, TimeUnit.SECONDS);
      long last = ledger.available().getRevision();
      Iterator<WatchEventsResponse> rest = watch(stubs);
      while (seen < last) {
        take(rest.next());
      }
      assertEquals(last, seen);
    } finally {
      enough.set(true);
    }
  }

  /** Reserves and releases, some at a time and some alone. */
  private void change(AtomicBoolean enough) {
    for (int i = 0; !enough.get(); i++) {
      ApplyRequest.Builder batch = ApplyRequest.newBuilder().setRepositoryId(ledger.id());
      for (int j = 0; j < i % 40; j++) {
        var slot = Requests.slot("load", j);
        batch.addOperations(Requests.operation(ledger.reserving(slot, 1, "").build()));
        batch.addOperations(Requests.operation(Requests.releaseSlot("", slot, 0, "")));
      }
      var unused = SERVER.reservations().apply(batch.build());
    }
  }

  private Iterator<WatchEventsResponse> watch(Stubs stubs) {
    return ReservationsServiceGrpc.newBlockingStub(stubs.channel())
        .withWaitForReady()
        .watchEvents(
            WatchEventsRequest.newBuilder()
                .setRepositoryId(ledger.id())
                .setAfterRevision(seen)
                .build());
  }

  /** Takes some messages, then loses the call or the whole connection, and what was on it. */
  private void watchAndCut(Stubs stubs, Relay relay) throws Exception {
    boolean whole = RANDOM.nextBoolean();
    int messages = RANDOM.nextInt(6) + (whole ? 1 : 0);
    CancellableContext context = Context.current().withCancellation();
    Context before = context.attach();
    try {
      Iterator<WatchEventsResponse> watch = watch(stubs);
      for (int i = 0; i < messages; i++) {
        take(watch.next());
      }
      if (whole) {
        relay.cut();
      } else {
        context.cancel(null);
      }
      // Events in flight may still come, and count.
      while (true) {
        take(watch.next());
      }
    } catch (StatusRuntimeException e) {
      Status.Code expected = whole ? Status.Code.UNAVAILABLE : Status.Code.CANCELLED;
      assertEquals(expected, e.getStatus().getCode(), e.toString());
    } finally {
      context.detach(before);
      context.cancel(null);
    }
  }

  private void take(WatchEventsResponse message) {
    for (Event event : message.getEventsList()) {
      assertEquals(seen + 1, event.getRevision());
      seen++;
    }
    assertEquals(seen, message.getRevision());
  }
}
