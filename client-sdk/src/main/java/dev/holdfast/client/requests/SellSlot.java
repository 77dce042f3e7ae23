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
 * object is one sale: sent again it is answered with the same slot. To sell another slot of the
 * request, make another.
 *
 * @param repositoryId which repository; empty means {@code default}
 * @param storageRequest what the buyer asks for
 * @param excludedSlotIndexes slots that are not to be chosen, for example those that others hold;
 *     unsigned like {@link Slot#slotIndex}
 * @param lease after how long the server gives the space back by itself, unless the lease is
 *     renewed or the slot filled: longer than 0, at most 365 days; {@code null} for never
 * @param operationId the name of this sale among those of the request: 1–64 characters of printable
 *     ASCII
 */
public record SellSlot(
    String repositoryId,
    StorageRequest storageRequest,
    Set<Long> excludedSlotIndexes,
    @Nullable Duration lease,
    String operationId) {
  /**
   * Copies the set; refuses {@code null} where nothing says that it is allowed, and an empty
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
   * @param storageRequest what the buyer asks for
   * @return the change, not yet sent
   */
  public static SellSlot of(StorageRequest storageRequest) {
    return new SellSlot("", storageRequest, Set.of(), null, OperationIds.next());
  }

  /**
   * Returns the same sale in another repository.
   *
   * @param repositoryId which repository
   * @return a copy
   */
  public SellSlot withRepositoryId(String repositoryId) {
    return new SellSlot(repositoryId, storageRequest, excludedSlotIndexes, lease, operationId);
  }

  /**
   * Returns the same sale, but of none of these slots.
   *
   * @param excludedSlotIndexes slots that are not to be chosen
   * @return a copy
   */
  public SellSlot withExcludedSlotIndexes(Set<Long> excludedSlotIndexes) {
    return new SellSlot(repositoryId, storageRequest, excludedSlotIndexes, lease, operationId);
  }

  /**
   * Returns the same sale with a lease. A node that may die should ask for one, so that nothing
   * leaks.
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
   * Returns the same sale under an id of the caller's.
   *
   * @param operationId 1–64 characters of printable ASCII
   * @return a copy
   */
  public SellSlot withOperationId(String operationId) {
    return new SellSlot(repositoryId, storageRequest, excludedSlotIndexes, lease, operationId);
  }
}
