package dev.holdfast.client.model;

import java.time.Instant;
import java.util.Objects;

/**
 * Storage that a node sells, and its books at the time of the answer. All numbers are of one
 * moment.
 *
 * @param repositoryId its id
 * @param capacityBytes the number of bytes that may be reserved in all, 0 … 2^63-1
 * @param reservedBytes the number of reserved bytes: {@code unassignedBytes} and those of all
 *     reservations
 * @param unassignedBytes the number of reserved bytes that belong to no slot
 * @param availableBytes the number of bytes that can be reserved: {@code max(0, capacityBytes -
 *     reservedBytes)}
 * @param overcommittedBytes the number of reserved bytes beyond the capacity; above 0 only after
 *     the capacity was set below what was reserved
 * @param reservationCount the number of its reservations
 * @param revision the number of changes to its books; each change increments it by one
 * @param createTime the time of its creation, by the server's clock; of the last one, if it was
 *     deleted and created again
 * @param updateTime the time of the last change to its books, by the server's clock
 */
public record Repository(
    String repositoryId,
    long capacityBytes,
    long reservedBytes,
    long unassignedBytes,
    long availableBytes,
    long overcommittedBytes,
    long reservationCount,
    long revision,
    Instant createTime,
    Instant updateTime) {
  /** Rejects {@code null}. */
  public Repository {
    Objects.requireNonNull(repositoryId, "repositoryId");
    Objects.requireNonNull(createTime, "createTime");
    Objects.requireNonNull(updateTime, "updateTime");
  }
}
