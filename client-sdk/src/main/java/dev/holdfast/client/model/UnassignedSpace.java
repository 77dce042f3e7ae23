package dev.holdfast.client.model;

/**
 * What {@link dev.holdfast.client.Repositories#reserve(String, long)} and {@link
 * dev.holdfast.client.Repositories#release(String, long)} leave. All numbers are of one moment.
 *
 * @param availableBytes how many bytes can be reserved now
 * @param unassignedBytes how many bytes are reserved now that belong to no slot
 * @param revision the revision of the repository that these numbers are of
 */
public record UnassignedSpace(long availableBytes, long unassignedBytes, long revision) {}
