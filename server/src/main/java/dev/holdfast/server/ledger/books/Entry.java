package dev.holdfast.server.ledger.books;

/**
 * A key of the datastore with what it has.
 *
 * @param key the key
 * @param value its value
 * @param version which Put of the repository set it, 1 for the first
 * @param micros when, in microseconds since the epoch
 */
public record Entry(String key, Value value, long version, long micros) {}
