package dev.holdfast.client.model;

import java.time.Instant;
import java.util.Objects;

/**
 * Storage that a node sells, and its books as they were when it was answered. All numbers are of
 * one moment.
 *
 * @param repositoryId its name
 * @param capacityBytes how many bytes may be reserved in all, 0 … 2^63-1
 * @param reservedBytes how many bytes are reserved: {@code unassignedBytes} and those of all
 *     reservations
 * @param unassignedBytes how many of the reserved bytes belong to no slot
 * @param availableBytes how many bytes can be reserved: {@code max(0, capacityBytes -
 *     reservedBytes)}
 * @param overcommittedBytes how many bytes more are reserved than the capacity; above 0 only after
 *     the capacity was set below what was reserved
 * @param reservationCount how many reservations it has
 * @param revision the counter of changes to its books; it rises by exactly one a change
 * @param createTime when it was made, by the server's clock; for one made again after a deletion,
 *     the last time
 * @param updateTime when its books were last changed, by the server's clock
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
  /** Refuses {@code null}. */
  public Repository {
    Objects.requireNonNull(repositoryId, "repositoryId");
    Objects.requireNonNull(createTime, "createTime");
    Objects.requireNonNull(updateTime, "updateTime");
  }
}
