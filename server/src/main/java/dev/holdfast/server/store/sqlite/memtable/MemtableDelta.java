package dev.holdfast.server.store.sqlite.memtable;

import java.util.Map;
import java.util.Set;

/**
 * The changes that one transaction makes to the memtable. Every transaction that changes the
 * memtable advances {@code end.chunk()} or {@code quietCommits}; readers use them to determine
 * whether their snapshot contains the transaction.
 *
 * @param removed the slots whose reservations were released or flushed
 * @param entered the new and the changed entries
 * @param recoveryPoint the position from which a start replays, as written to the file
 * @param end the position after the last event of the transaction
 * @param quietCommits the number of commits without events so far, as written to the file
 */
public record MemtableDelta(
    Set<RepositorySlot> removed,
    Map<RepositorySlot, MemtableEntry> entered,
    LogPosition recoveryPoint,
    LogPosition end,
    long quietCommits) {}
