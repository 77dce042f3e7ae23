package dev.holdfast.client.requests;

import dev.holdfast.client.internal.ids.OperationIds;
import dev.holdfast.client.model.Slot;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reserves space for a slot: {@code ReserveSlot.of(slot, amountBytes).withLease(lease)}.
 *
 * @param repositoryId the repository; empty means {@code default}
 * @param slot the slot to reserve for
 * @param amountBytes the number of bytes, 1 … 2^63-1
 * @param lease the time after which the server releases the space unless the lease is renewed or
 *     the slot filled: longer than 0, at most 365 days; {@code null} for never
 * @param operationId the id of this change to the slot: 1–64 characters of printable ASCII
 */
public record ReserveSlot(
    String repositoryId, Slot slot, long amountBytes, @Nullable Duration lease, String operationId)
    implements Operation {
  /** Rejects {@code null} except where {@code @Nullable} allows it, and an empty operation id. */
  public ReserveSlot {
    Objects.requireNonNull(repositoryId, "repositoryId");
    Objects.requireNonNull(slot, "slot");
    OperationIds.require(operationId);
  }

  /**
   * Reserves space in the repository {@code default}, without a lease, under a new operation id.
   *
   * @param slot the slot to reserve for
   * @param amountBytes the number of bytes, 1 … 2^63-1
   * @return the change, not yet sent
   */
  public static ReserveSlot of(Slot slot, long amountBytes) {
    return new ReserveSlot("", slot, amountBytes, null, OperationIds.next());
  }

  /**
   * Returns the same change in another repository.
   *
   * @param repositoryId the repository
   * @return a copy
   */
  public ReserveSlot withRepositoryId(String repositoryId) {
    return new ReserveSlot(repositoryId, slot, amountBytes, lease, operationId);
  }

  /**
   * Returns the same change with a lease. A node that may die should set one, so that no space
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
   * Returns the same change with an operation id of the caller.
   *
   * @param operationId 1–64 characters of printable ASCII
   * @return a copy
   */
  public ReserveSlot withOperationId(String operationId) {
    return new ReserveSlot(repositoryId, slot, amountBytes, lease, operationId);
  }
}
