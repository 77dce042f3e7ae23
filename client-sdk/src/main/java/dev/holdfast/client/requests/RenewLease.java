package dev.holdfast.client.requests;

import dev.holdfast.client.internal.ids.OperationIds;
import dev.holdfast.client.model.Reservation;
import dev.holdfast.client.model.Slot;
import java.time.Duration;
import java.util.Objects;

/**
 * Sets the end of a reservation's lease to now + {@code lease}, longer or shorter, also if it had
 * none. It has no operation id, because it is safe to send again.
 *
 * @param repositoryId the repository; empty means {@code default}
 * @param slot the slot
 * @param generation the generation of the reservation, 1 or more
 * @param lease its length from the time when the server executes this: longer than 0, at most 365
 *     days
 */
public record RenewLease(String repositoryId, Slot slot, long generation, Duration lease)
    implements Operation {
  /** Rejects {@code null} and a generation below 1. */
  public RenewLease {
    Objects.requireNonNull(repositoryId, "repositoryId");
    Objects.requireNonNull(slot, "slot");
    OperationIds.requireGeneration(generation);
    Objects.requireNonNull(lease, "lease");
  }

  /**
   * Renews the lease of a reservation.
   *
   * @param reservation the reservation, as it was answered
   * @param lease longer than 0, at most 365 days
   * @return the change, not yet sent
   */
  public static RenewLease of(Reservation reservation, Duration lease) {
    return new RenewLease(
        reservation.repositoryId(), reservation.slot(), reservation.generation(), lease);
  }

  /**
   * Renews the lease of a reservation in the repository {@code default}.
   *
   * @param slot the slot
   * @param generation the generation of the reservation, 1 or more
   * @param lease longer than 0, at most 365 days
   * @return the change, not yet sent
   */
  public static RenewLease of(Slot slot, long generation, Duration lease) {
    return new RenewLease("", slot, generation, lease);
  }

  /**
   * Returns the same change in another repository.
   *
   * @param repositoryId the repository
   * @return a copy
   */
  public RenewLease withRepositoryId(String repositoryId) {
    return new RenewLease(repositoryId, slot, generation, lease);
  }
}
