package dev.holdfast.client.model;

/**
 * The free and the reserved space of a repository. All numbers are of one moment.
 *
 * @param availableBytes how many bytes can be reserved: {@code max(0, capacityBytes -
 *     reservedBytes)}
 * @param capacityBytes how many bytes may be reserved in all
 * @param reservedBytes how many bytes are reserved
 * @param unassignedBytes how many of the reserved bytes belong to no slot
 * @param revision the revision of the repository that these numbers are of
 */
public record Availability(
    long availableBytes,
    long capacityBytes,
    long reservedBytes,
    long unassignedBytes,
    long revision) {}
