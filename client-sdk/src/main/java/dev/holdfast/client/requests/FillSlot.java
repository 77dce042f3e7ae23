package dev.holdfast.client.requests;

import dev.holdfast.client.internal.ids.OperationIds;
import dev.holdfast.client.model.Reservation;
import dev.holdfast.client.model.Slot;
import java.util.Objects;

/**
 * Marks a slot as filled, which ends its lease.
 *
 * @param repositoryId the repository; empty means {@code default}
 * @param slot the slot
 * @param generation the generation of the reservation, 1 or more
 * @param operationId the id of this change to the slot: 1–64 characters of printable ASCII
 */
public record FillSlot(String repositoryId, Slot slot, long generation, String operationId)
    implements Operation {
  /** Rejects {@code null}, a generation below 1 and an empty operation id. */
  public FillSlot {
    Objects.requireNonNull(repositoryId, "repositoryId");
    Objects.requireNonNull(slot, "slot");
    OperationIds.requireGeneration(generation);
    OperationIds.require(operationId);
  }

  /**
   * Fills the slot of a reservation, under a new operation id.
   *
   * @param reservation the reservation, as it was answered
   * @return the change, not yet sent
   */
  public static FillSlot of(Reservation reservation) {
    return of(reservation.slot(), reservation.generation())
        .withRepositoryId(reservation.repositoryId());
  }

  /**
   * Fills a slot in the repository {@code default}, under a new operation id.
   *
   * @param slot the slot
   * @param generation the generation of the reservation, 1 or more
   * @return the change, not yet sent
   */
  public static FillSlot of(Slot slot, long generation) {
    return new FillSlot("", slot, generation, OperationIds.next());
  }

  /**
   * Returns the same change in another repository.
   *
   * @param repositoryId the repository
   * @return a copy
   */
  public FillSlot withRepositoryId(String repositoryId) {
    return new FillSlot(repositoryId, slot, generation, operationId);
  }

  /**
   * Returns the same change with an operation id of the caller.
   *
   * @param operationId 1–64 characters of printable ASCII
   * @return a copy
   */
  public FillSlot withOperationId(String operationId) {
    return new FillSlot(repositoryId, slot, generation, operationId);
  }
}
