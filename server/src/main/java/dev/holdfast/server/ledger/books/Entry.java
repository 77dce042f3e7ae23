package dev.holdfast.server.ledger.books;

/**
 * An entry of the datastore.
 *
 * @param key the key
 * @param value its value
 * @param version the number of the Put in its repository; 1 for the first
 * @param micros the time, in microseconds since the epoch
 */
public record Entry(String key, Value value, long version, long micros) {}
