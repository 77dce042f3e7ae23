package dev.holdfast.client.results;

import dev.holdfast.client.requests.EndRequest;

/**
 * The answer to an {@link EndRequest}.
 *
 * @param releasedCount how many reservations were released; 0 where nothing was left
 * @param releasedBytes how many bytes they gave back
 * @param availableBytes how many bytes of the repository can be reserved after this
 */
public record RequestEnded(long releasedCount, long releasedBytes, long availableBytes)
    implements OperationResult {}
