package dev.holdfast.server.ledger.books;

/**
 * A booked change with its place in the repository's history.
 *
 * @param revision the revision that it made
 * @param micros when, in microseconds since the epoch
 * @param availableBytes what was available after it
 * @param change the change
 */
public record Event(long revision, long micros, long availableBytes, Change.Booked change) {}
