package dev.holdfast.client.model;

/**
 * The space of a repository after {@link dev.holdfast.client.Repositories#reserve(String, long)} or
 * {@link dev.holdfast.client.Repositories#release(String, long)}. All numbers are of one moment.
 *
 * @param availableBytes how many bytes can be reserved now
 * @param unassignedBytes how many bytes are reserved now that belong to no slot
 * @param revision the revision of the repository that these numbers are of
 */
public record UnassignedSpace(long availableBytes, long unassignedBytes, long revision) {}
