package dev.holdfast.client.results;

import dev.holdfast.client.requests.ReleaseSlot;

/**
 * The answer to a {@link ReleaseSlot}.
 *
 * @param releasedBytes the amount of the reservation, whether this operation gave it back or an
 *     earlier one
 * @param availableBytes how many bytes of the repository can be reserved after this
 * @param alreadyReleased whether something else had released the reservation before this operation,
 *     which then changed nothing
 */
public record SlotReleased(long releasedBytes, long availableBytes, boolean alreadyReleased)
    implements OperationResult {}
