package dev.holdfast.it;

import dev.holdfast.client.HoldfastClient;
import dev.holdfast.client.InsufficientStorageException;
import dev.holdfast.client.ReleaseReason;
import dev.holdfast.client.Reservation;
import dev.holdfast.client.ReserveSlot;
import dev.holdfast.client.Slot;
import java.time.Duration;

/** The Java that README shows: the lines between the two marks, without their indent. */
final class ReadmeSnippet {
  private ReadmeSnippet() {}

  static void fillSlot(String address, Slot slot, long sizeBytes, Runnable download) {
    // README:start
    try (HoldfastClient client = HoldfastClient.builder(address).build()) {
      // The lease gives the space back by itself should this process die.
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
}
