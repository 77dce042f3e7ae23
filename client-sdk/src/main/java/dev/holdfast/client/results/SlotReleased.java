package dev.holdfast.client.results;

import dev.holdfast.client.requests.ReleaseSlot;

/**
 * The answer to a {@link ReleaseSlot}.
 *
 * @param releasedBytes the amount of the reservation, whether this operation released it or an
 *     earlier one did
 * @param availableBytes the number of bytes of the repository that can be reserved after this
 * @param alreadyReleased whether the reservation was released before this operation, which then
 *     changed nothing
 */
public record SlotReleased(long releasedBytes, long availableBytes, boolean alreadyReleased)
    implements OperationResult {}
