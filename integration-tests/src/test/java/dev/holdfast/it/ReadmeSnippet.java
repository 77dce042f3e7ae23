package dev.holdfast.it;

import dev.holdfast.client.EventListener;
import dev.holdfast.client.EventSubscription;
import dev.holdfast.client.HoldfastClient;
import dev.holdfast.client.SaleSteps;
import dev.holdfast.client.errors.InsufficientStorageException;
import dev.holdfast.client.model.ReleaseReason;
import dev.holdfast.client.model.Reservation;
import dev.holdfast.client.model.Slot;
import dev.holdfast.client.model.StorageRequest;
import dev.holdfast.client.requests.ReserveSlot;
import dev.holdfast.client.requests.SellSlot;
import dev.holdfast.client.requests.WatchEvents;
import dev.holdfast.client.results.SaleResult;
import java.time.Duration;

/** The Java that README shows: the lines between two marks, without their indent. */
final class ReadmeSnippet {
  private ReadmeSnippet() {}

  static void fillSlot(String address, Slot slot, long sizeBytes, Runnable download) {
    // README:start
    try (HoldfastClient client = HoldfastClient.builder(address).build()) {
      // If this process dies, the lease expires and the space is released.
      ReserveSlot reserve = ReserveSlot.of(slot, sizeBytes).withLease(Duration.ofMinutes(10));
      Reservation reservation = client.reservations().reserveSlot(reserve).reservation();
      try {
        download.run();
      } catch (RuntimeException failed) {
        client.reservations().releaseSlot(reservation, ReleaseReason.ATTEMPT_FAILED);
        throw failed;
      }
      client.reservations().fillSlot(reservation);
    } catch (InsufficientStorageException e) {
      System.out.println(e.requestedBytes() + " bytes do not fit into " + e.availableBytes());
    }
    // README:end
  }

  static EventSubscription sell(
      HoldfastClient client,
      StorageRequest request,
      SaleSteps<RuntimeException> steps,
      long revision,
      EventListener listener)
      throws InterruptedException {
    // README:start
    SaleResult result =
        client.saleOf(SellSlot.of(request).withLease(Duration.ofMinutes(10))).run(steps);
    if (result instanceof SaleResult.Declined declined) {
      declined.declines().forEach(why -> System.out.println(why.offerId() + ": " + why.detail()));
    }
    EventSubscription watch =
        client.reservations().watchEvents(WatchEvents.after(revision), listener);
    // README:end
    return watch;
  }
}
