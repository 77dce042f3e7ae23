package dev.holdfast.client.model;

/**
 * The space of a repository after {@link dev.holdfast.client.Repositories#reserve(String, long)} or
 * {@link dev.holdfast.client.Repositories#release(String, long)}. All numbers are of one moment.
 *
 * @param availableBytes the number of bytes that can be reserved now
 * @param unassignedBytes the number of reserved bytes that belong to no slot
 * @param revision the revision of the repository for these numbers
 */
public record UnassignedSpace(long availableBytes, long unassignedBytes, long revision) {}
