package dev.holdfast.example.node;

import dev.holdfast.client.Datastore;
import dev.holdfast.client.HoldfastClient;
import dev.holdfast.client.errors.HoldfastException;
import dev.holdfast.client.errors.ReservationNotFoundException;
import dev.holdfast.client.model.Offer;
import dev.holdfast.client.model.ReleaseReason;
import dev.holdfast.client.model.Reservation;
import dev.holdfast.client.model.ReservationState;
import dev.holdfast.client.model.Slot;
import dev.holdfast.client.requests.EndRequest;
import dev.holdfast.client.requests.Reconcile;
import dev.holdfast.client.requests.ReleaseSlot;
import dev.holdfast.client.results.ReconcileResult;
import dev.holdfast.client.results.RequestEnded;
import java.io.IOException;
import java.math.BigInteger;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A node that sells the repository {@code default}.
 *
 * <p>Its only state is its {@link Position}. After any failure, also a kill, it starts over in the
 * same way: it reconciles the ledger with the chain, which covers events that it has missed, and
 * reads the chain again from its position. All its steps can be repeated.
 *
 * <pre>
 * java -jar storage-node.jar [HOLDFAST [MARKETPLACE [LEASE_SECONDS]]]
 * </pre>
 */
public final class StorageNode {
  private static final String HOST = "host-1";

  /** A day of the simulated marketplace. */
  private static final long RECONCILE_EVERY_BLOCKS = 144;

  /** For a good price the node sells all of its space, for a moderate price a part of it. */
  private static final List<Offer> OFFERS =
      List.of(
          Offer.of("moderate", BigInteger.valueOf(1000)).withTotalBytes(512L << 30),
          Offer.of("good", BigInteger.valueOf(2000)).withMaxDuration(Duration.ofDays(5)));

  private final HoldfastClient holdfast;
  private final Chain chain;
  private final Duration lease;
  private final AtomicBoolean reconcileIsDue = new AtomicBoolean();

  private StorageNode(HoldfastClient holdfast, Chain chain, Duration lease) {
    this.holdfast = holdfast;
    this.chain = chain;
    this.lease = lease;
  }

  public static void main(String[] args) throws InterruptedException {
    String target = args.length > 0 ? args[0] : "127.0.0.1:7420";
    Chain chain = new Chain(args.length > 1 ? args[1] : "http://127.0.0.1:7430", HOST);
    Duration lease = Duration.ofSeconds(args.length > 2 ? Long.parseLong(args[2]) : 60);
    try (HoldfastClient holdfast = HoldfastClient.builder(target).build()) {
      StorageNode node = new StorageNode(holdfast, chain, lease);
      while (true) {
        try {
          node.run();
        } catch (HoldfastException | IOException e) {
          log("starts over: %s", e);
          // Nothing signals when the server or the chain is back.
          Thread.sleep(1000);
        }
      }
    }
  }

  private void run() throws IOException, InterruptedException {
    OFFERS.forEach(holdfast.sales()::putOffer);
    Datastore datastore = holdfast.datastore();
    Position position = Position.read(datastore);
    // Interrupted sales continue below, so their slots are not released yet.
    long reconciledAt = chain.head();
    reconcile(false);
    long block = position.block();
    log("starts at block %d", block);
    RunningSales sales = new RunningSales();
    try {
      while (true) {
        Chain.News news = chain.after(block);
        for (Chain.Event event : news.events()) {
          handle(event, sales);
        }
        block = news.head();
        sales.check();
        position.save(sales.doneUpTo(block));
        if (block - reconciledAt >= RECONCILE_EVERY_BLOCKS || reconcileIsDue.getAndSet(false)) {
          reconcile(sales.isIdle());
          reconciledAt = block;
        }
      }
    } finally {
      sales.stop();
    }
  }

  private void handle(Chain.Event event, RunningSales sales)
      throws IOException, InterruptedException {
    switch (event.kind()) {
      case "requested" -> sell(event, sales);
      case "freed" -> {
        releaseIfLost(event.slot());
        sell(event, sales);
      }
      case "ended" -> {
        // A request ends once, so a constant operation id is enough.
        EndRequest end = EndRequest.of(event.requestId()).withOperationId("ended");
        RequestEnded ended = holdfast.reservations().endRequest(end);
        if (ended.releasedBytes() > 0) {
          log("ended %s: %d bytes given back", brief(event.requestId()), ended.releasedBytes());
        }
      }
      default -> {}
    }
  }

  private void sell(Chain.Event event, RunningSales sales) {
    sales.start(
        event.block(),
        new RequestSale(holdfast, chain, lease, event, () -> reconcileIsDue.set(true)));
  }

  /**
   * Releases a slot that this node has lost on the chain. The event may be an old one that is read
   * again, and the slot may have been sold again since. So the reservation is read before the chain
   * is asked: if the chain has another host then, this reservation, with its generation, is over.
   */
  private void releaseIfLost(Slot slot) throws IOException, InterruptedException {
    Reservation reservation;
    try {
      reservation = holdfast.reservations().get(slot);
    } catch (ReservationNotFoundException e) {
      return;
    }
    String holder = chain.request(slot.requestId()).hosts().get(slot.slotIndex());
    if (reservation.state() == ReservationState.FILLED && !chain.host().equals(holder)) {
      holdfast
          .reservations()
          .releaseSlot(
              ReleaseSlot.of(reservation, ReleaseReason.REQUEST_ENDED)
                  .withOperationId("lost-" + reservation.generation()));
      log("lost %s", brief(slot));
    }
  }

  /**
   * Reconciles the ledger with the chain. The revision is read before the chain is asked, so that
   * changes in between are left alone. An empty observation is accepted, because the chain sends
   * the number of slots.
   *
   * @param releaseAttempts whether no sale is running: then slots that are reserved, and not
   *     filled, were left by an earlier process
   */
  private void reconcile(boolean releaseAttempts) throws IOException, InterruptedException {
    long revision = holdfast.repositories().available("default").revision();
    Reconcile reconcile = Reconcile.asOf(revision).allowingEmpty();
    ReconcileResult result =
        holdfast
            .reservations()
            .reconcile(releaseAttempts ? reconcile.releasingAttempts() : reconcile, chain.held());
    log(
        "reconciled: released %d, filled %d, adopted %d, missing %d, unchanged %d; %d bytes free",
        result.released().count(),
        result.filled().count(),
        result.adopted().count(),
        result.missing().count(),
        result.unchangedCount(),
        result.availableBytes());
  }

  static void log(String format, @Nullable Object... facts) {
    System.out.println(String.format(Locale.ROOT, format, facts));
  }

  static String brief(String requestId) {
    return requestId.substring(0, Math.min(requestId.length(), 10));
  }

  static String brief(Slot slot) {
    return brief(slot.requestId()) + "/" + Long.toUnsignedString(slot.slotIndex());
  }
}
