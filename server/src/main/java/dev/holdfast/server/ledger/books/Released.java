package dev.holdfast.server.ledger.books;

/**
 * A released reservation as it is remembered: enough to answer every retried or late call about it.
 *
 * @param reservation the reservation in its last state
 * @param reason why it was released
 * @param revision the revision that released it
 * @param micros the time, in microseconds since the epoch
 * @param operationId the id of the ReleaseSlot that released it; empty if it had none, or if
 *     another command released it
 * @param anyGeneration whether that operation named generation 0
 */
public record Released(
    Reservation reservation,
    ReleaseReason reason,
    long revision,
    long micros,
    String operationId,
    boolean anyGeneration) {}
