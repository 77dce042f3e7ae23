package dev.holdfast.client.model;

/**
 * The free and the reserved space of a repository. All numbers are of one moment.
 *
 * @param availableBytes the number of bytes that can be reserved: {@code max(0, capacityBytes -
 *     reservedBytes)}
 * @param capacityBytes the number of bytes that may be reserved in all
 * @param reservedBytes the number of reserved bytes
 * @param unassignedBytes the number of reserved bytes that belong to no slot
 * @param revision the revision of the repository for these numbers
 */
public record Availability(
    long availableBytes,
    long capacityBytes,
    long reservedBytes,
    long unassignedBytes,
    long revision) {}
