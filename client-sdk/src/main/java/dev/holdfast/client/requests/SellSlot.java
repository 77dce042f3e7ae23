package dev.holdfast.client.requests;

import dev.holdfast.client.internal.ids.OperationIds;
import dev.holdfast.client.model.Slot;
import dev.holdfast.client.model.StorageRequest;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Sells a slot of a storage request: {@code SellSlot.of(storageRequest).withLease(lease)}. One
 * object is one sale: sent again, it returns the same slot. To sell another slot of the request,
 * make another object.
 *
 * @param repositoryId the repository; empty means {@code default}
 * @param storageRequest the request of the buyer
 * @param excludedSlotIndexes slots that must not be chosen, for example because others hold them;
 *     unsigned like {@link Slot#slotIndex}
 * @param lease the time after which the server releases the space unless the lease is renewed or
 *     the slot filled: longer than 0, at most 365 days; {@code null} for never
 * @param operationId the id of this sale, unique in the request: 1–64 characters of printable ASCII
 */
public record SellSlot(
    String repositoryId,
    StorageRequest storageRequest,
    Set<Long> excludedSlotIndexes,
    @Nullable Duration lease,
    String operationId) {
  /**
   * Copies the set; rejects {@code null} except where {@code @Nullable} allows it, and an empty
   * operation id.
   */
  public SellSlot {
    Objects.requireNonNull(repositoryId, "repositoryId");
    Objects.requireNonNull(storageRequest, "storageRequest");
    excludedSlotIndexes = Set.copyOf(excludedSlotIndexes);
    OperationIds.require(operationId);
  }

  /**
   * Sells any slot in the repository {@code default}, without a lease, under a new operation id.
   *
   * @param storageRequest the request of the buyer
   * @return the change, not yet sent
   */
  public static SellSlot of(StorageRequest storageRequest) {
    return new SellSlot("", storageRequest, Set.of(), null, OperationIds.next());
  }

  /**
   * Returns the same sale in another repository.
   *
   * @param repositoryId the repository
   * @return a copy
   */
  public SellSlot withRepositoryId(String repositoryId) {
    return new SellSlot(repositoryId, storageRequest, excludedSlotIndexes, lease, operationId);
  }

  /**
   * Returns the same sale without these slots.
   *
   * @param excludedSlotIndexes slots that must not be chosen
   * @return a copy
   */
  public SellSlot withExcludedSlotIndexes(Set<Long> excludedSlotIndexes) {
    return new SellSlot(repositoryId, storageRequest, excludedSlotIndexes, lease, operationId);
  }

  /**
   * Returns the same sale with a lease. A node that may die should set one, so that no space leaks.
   *
   * @param lease longer than 0, at most 365 days
   * @return a copy
   */
  public SellSlot withLease(Duration lease) {
    return new SellSlot(
        repositoryId,
        storageRequest,
        excludedSlotIndexes,
        Objects.requireNonNull(lease, "lease"),
        operationId);
  }

  /**
   * Returns the same sale with an operation id of the caller.
   *
   * @param operationId 1–64 characters of printable ASCII
   * @return a copy
   */
  public SellSlot withOperationId(String operationId) {
    return new SellSlot(repositoryId, storageRequest, excludedSlotIndexes, lease, operationId);
  }
}
