package dev.holdfast.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.client.EventListener;
import dev.holdfast.client.EventSubscription;
import dev.holdfast.client.HoldfastClient;
import dev.holdfast.client.errors.HoldfastException;
import dev.holdfast.client.errors.RepositoryNotFoundException;
import dev.holdfast.client.model.Event;
import dev.holdfast.client.model.ReleaseReason;
import dev.holdfast.client.model.Reservation;
import dev.holdfast.client.model.Slot;
import dev.holdfast.client.requests.ListEvents;
import dev.holdfast.client.requests.ReserveSlot;
import dev.holdfast.client.requests.WatchEvents;
import dev.holdfast.testing.Poll;
import dev.holdfast.testing.Seed;
import dev.holdfast.testing.junit.LiveServer;
import dev.holdfast.testing.process.Relay;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The SDK's watch of a server over connections that break. */
class SdkWatchTest {
  private static final int CUTS = Integer.getInteger("holdfast.watch.cuts", 25);

  @RegisterExtension static final LiveServer SERVER = new LiveServer();

  private Relay relay;
  private HoldfastClient client;
  private HoldfastClient writer;
  private String repository;

  @BeforeEach
  void connect() throws IOException {
    relay = new Relay(SERVER.server().target());
    client = HoldfastClient.builder(relay.target()).build();
    writer = HoldfastClient.builder(SERVER.server().target()).build();
    repository = SERVER.newRepository(1_000_000);
  }

  @AfterEach
  void disconnect() throws IOException {
    client.close();
    writer.close();
    relay.close();
  }

  @Test
  void aWatchThatIsCutOffAtRandomSeesEveryRevisionOnce() throws Exception {
    Random random = Seed.random();
    Told told = new Told();
    EventSubscription watch =
        client.reservations().watchEvents(WatchEvents.after(0).withRepositoryId(repository), told);
    for (int i = 0; i < CUTS; i++) {
      change(random.nextInt(20));
      if (random.nextBoolean()) {
        // Now and then it is cut with something on the way, now and then when all was told.
        long revision = revision();
        Poll.until("the watch has come so far", () -> told.reached.get() == revision);
      }
      relay.cut();
    }
    change(1);
    long last = revision();
    Poll.until("the watch has told everything", () -> told.reached.get() == last);
    watch.close();
    assertEquals(
        LongStream.rangeClosed(1, last).boxed().toList(),
        told.events.stream().map(Event::revision).toList());
    assertEquals(told.events, listed());
    assertFalse(told.error.isDone());
    assertTrue(told.interruptions.get() >= CUTS / 4, told.interruptions + " interruptions");
  }

  @Test
  void theStoryOfASlotAndTheEndOfARepository() throws Exception {
    Told told = new Told();
    EventSubscription watch =
        client.reservations().watchEvents(WatchEvents.fromNow().withRepositoryId(repository), told);
    Poll.until("the watch stands", () -> told.reached.get() == 1);
    Slot slot = new Slot("r", 3);
    Reservation reserved =
        writer
            .reservations()
            .reserveSlot(ReserveSlot.of(slot, 7).withRepositoryId(repository))
            .reservation();
    Reservation filled = writer.reservations().fillSlot(reserved);
    var unused = writer.reservations().releaseSlot(filled, ReleaseReason.REQUEST_ENDED);
    writer.repositories().delete(repository);
    assertInstanceOf(RepositoryNotFoundException.class, told.error.get(30, TimeUnit.SECONDS));
    watch.close();

    assertEquals(
        reserved, assertInstanceOf(Event.Reserved.class, told.events.get(0)).reservation());
    assertEquals(filled, assertInstanceOf(Event.Filled.class, told.events.get(1)).reservation());
    var released = assertInstanceOf(Event.Released.class, told.events.get(2));
    assertEquals(ReleaseReason.REQUEST_ENDED, released.reason());
    assertEquals(1_000_000, released.availableBytes());
    var deleted = assertInstanceOf(Event.CapacityChanged.class, told.events.get(3));
    assertEquals(0, deleted.capacityBytes());
    assertEquals(4, told.events.size());
  }

  private void change(int count) {
    for (int i = 0; i < count; i++) {
      var unused = writer.repositories().reserve(repository, 1);
    }
  }

  private long revision() {
    return writer.repositories().available(repository).revision();
  }

  private List<Event> listed() {
    var all = ListEvents.all().withRepositoryId(repository).withPageSize(100);
    return writer.reservations().listAllEvents(all).toList();
  }

  private static final class Told implements EventListener {
    final List<Event> events = new CopyOnWriteArrayList<>();
    final AtomicLong reached = new AtomicLong(-1);
    final AtomicInteger interruptions = new AtomicInteger();
    final CompletableFuture<Throwable> error = new CompletableFuture<>();

    @Override
    public void onEvent(Event event) {
      events.add(event);
    }

    @Override
    public void onRevision(long revision) {
      reached.set(revision);
    }

    @Override
    public void onInterrupted(HoldfastException cause) {
      interruptions.incrementAndGet();
    }

    @Override
    public void onError(Throwable thrown) {
      error.complete(thrown);
    }
  }
}
