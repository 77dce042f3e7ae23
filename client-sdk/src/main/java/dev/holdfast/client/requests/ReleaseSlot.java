package dev.holdfast.client.requests;

import dev.holdfast.client.internal.ids.OperationIds;
import dev.holdfast.client.model.ReleaseReason;
import dev.holdfast.client.model.Reservation;
import dev.holdfast.client.model.Slot;
import java.util.Objects;

/**
 * Releases the space of a slot and ends its reservation.
 *
 * @param repositoryId the repository; empty means {@code default}
 * @param slot the slot
 * @param generation the generation of the reservation, 1 or more
 * @param reason the reason: {@link ReleaseReason#ATTEMPT_FAILED} or {@link
 *     ReleaseReason#REQUEST_ENDED}, the only one that releases a filled slot
 * @param operationId the id of this change to the slot: 1–64 characters of printable ASCII
 */
public record ReleaseSlot(
    String repositoryId, Slot slot, long generation, ReleaseReason reason, String operationId)
    implements Operation {
  /** Rejects {@code null}, a generation below 1 and an empty operation id. */
  public ReleaseSlot {
    Objects.requireNonNull(repositoryId, "repositoryId");
    Objects.requireNonNull(slot, "slot");
    OperationIds.requireGeneration(generation);
    Objects.requireNonNull(reason, "reason");
    OperationIds.require(operationId);
  }

  /**
   * Releases the slot of a reservation, under a new operation id.
   *
   * @param reservation the reservation, as it was answered
   * @param reason the reason: {@link ReleaseReason#ATTEMPT_FAILED} or {@link
   *     ReleaseReason#REQUEST_ENDED}
   * @return the change, not yet sent
   */
  public static ReleaseSlot of(Reservation reservation, ReleaseReason reason) {
    return of(reservation.slot(), reservation.generation(), reason)
        .withRepositoryId(reservation.repositoryId());
  }

  /**
   * Releases a slot in the repository {@code default}, under a new operation id.
   *
   * @param slot the slot
   * @param generation the generation of the reservation, 1 or more
   * @param reason the reason: {@link ReleaseReason#ATTEMPT_FAILED} or {@link
   *     ReleaseReason#REQUEST_ENDED}
   * @return the change, not yet sent
   */
  public static ReleaseSlot of(Slot slot, long generation, ReleaseReason reason) {
    return new ReleaseSlot("", slot, generation, reason, OperationIds.next());
  }

  /**
   * Returns the same change in another repository.
   *
   * @param repositoryId the repository
   * @return a copy
   */
  public ReleaseSlot withRepositoryId(String repositoryId) {
    return new ReleaseSlot(repositoryId, slot, generation, reason, operationId);
  }

  /**
   * Returns the same change with an operation id of the caller.
   *
   * @param operationId 1–64 characters of printable ASCII
   * @return a copy
   */
  public ReleaseSlot withOperationId(String operationId) {
    return new ReleaseSlot(repositoryId, slot, generation, reason, operationId);
  }
}
