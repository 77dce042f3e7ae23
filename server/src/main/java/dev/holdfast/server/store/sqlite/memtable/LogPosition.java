package dev.holdfast.server.store.sqlite.memtable;

/**
 * A position between two chunks of the events, which are the log of the memtable.
 *
 * @param chunk the last chunk before the position; 0 before the first
 * @param eventCount the number of events before the position, counted from an arbitrary event; only
 *     the difference of two positions of one process has a meaning
 */
public record LogPosition(long chunk, long eventCount) {}
