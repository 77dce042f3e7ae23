package dev.holdfast.server.ledger.books;

/**
 * What is remembered of a reservation after it was released: enough to answer everything about it
 * that is sent again or comes late.
 *
 * @param reservation the reservation as it was last
 * @param reason why it was released
 * @param revision the revision that released it
 * @param micros when, in microseconds since the epoch
 * @param operationId the ReleaseSlot that released it; empty where that had no id, or where
 *     something else did
 * @param anyGeneration whether that operation had named generation 0
 */
public record Released(
    Reservation reservation,
    ReleaseReason reason,
    long revision,
    long micros,
    String operationId,
    boolean anyGeneration) {}
