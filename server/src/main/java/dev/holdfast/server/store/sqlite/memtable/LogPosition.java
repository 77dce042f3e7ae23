package dev.holdfast.server.store.sqlite.memtable;

/**
 * A position between two chunks of the events, which are the log of the memtable.
 *
 * @param chunk the last chunk before the position; 0 before the first
 * @param eventCount how many events precede it, counted from an arbitrary one; only differences of
 *     two positions of one process have a meaning
 */
public record LogPosition(long chunk, long eventCount) {}
