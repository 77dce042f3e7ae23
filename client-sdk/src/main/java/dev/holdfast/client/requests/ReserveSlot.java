package dev.holdfast.client.requests;

import dev.holdfast.client.internal.ids.OperationIds;
import dev.holdfast.client.model.Slot;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reserves space for a slot: {@code ReserveSlot.of(slot, amountBytes).withLease(lease)}.
 *
 * @param repositoryId which repository; empty means {@code default}
 * @param slot the slot to reserve for
 * @param amountBytes how many bytes, 1 … 2^63-1
 * @param lease after how long the server gives the space back by itself, unless the lease is
 *     renewed or the slot filled: longer than 0, at most 365 days; {@code null} for never
 * @param operationId the name of this change to the slot: 1–64 characters of printable ASCII
 */
public record ReserveSlot(
    String repositoryId, Slot slot, long amountBytes, @Nullable Duration lease, String operationId)
    implements Operation {
  /** Refuses {@code null} where nothing says that it is allowed, and an empty operation id. */
  public ReserveSlot {
    Objects.requireNonNull(repositoryId, "repositoryId");
    Objects.requireNonNull(slot, "slot");
    OperationIds.require(operationId);
  }

  /**
   * Reserves space in the repository {@code default}, without a lease, under a new operation id.
   *
   * @param slot the slot to reserve for
   * @param amountBytes how many bytes, 1 … 2^63-1
   * @return the change, not yet sent
   */
  public static ReserveSlot of(Slot slot, long amountBytes) {
    return new ReserveSlot("", slot, amountBytes, null, OperationIds.next());
  }

  /**
   * Returns the same change in another repository.
   *
   * @param repositoryId which repository
   * @return a copy
   */
  public ReserveSlot withRepositoryId(String repositoryId) {
    return new ReserveSlot(repositoryId, slot, amountBytes, lease, operationId);
  }

  /**
   * Returns the same change with a lease. A node that may die should ask for one, so that nothing
   * leaks.
   *
   * @param lease longer than 0, at most 365 days
   * @return a copy
   */
  public ReserveSlot withLease(Duration lease) {
    return new ReserveSlot(
        repositoryId, slot, amountBytes, Objects.requireNonNull(lease, "lease"), operationId);
  }

  /**
   * Returns the same change under an id of the caller's.
   *
   * @param operationId 1–64 characters of printable ASCII
   * @return a copy
   */
  public ReserveSlot withOperationId(String operationId) {
    return new ReserveSlot(repositoryId, slot, amountBytes, lease, operationId);
  }
}
