package dev.holdfast.client.results;

import dev.holdfast.client.requests.EndRequest;

/**
 * The answer to an {@link EndRequest}.
 *
 * @param releasedCount the number of released reservations; 0 if there were none
 * @param releasedBytes the number of bytes that they gave back
 * @param availableBytes the number of bytes of the repository that can be reserved after this
 */
public record RequestEnded(long releasedCount, long releasedBytes, long availableBytes)
    implements OperationResult {}
