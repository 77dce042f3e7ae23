package dev.holdfast.server.store.sqlite.memtable;

import dev.holdfast.server.ledger.books.Reservation;

/**
 * A recent reservation.
 *
 * @param repository the number of its repository in the file
 * @param reservation its present state
 * @param logStart a position that precedes all of its events
 * @param firstInEpoch the epoch of the release index in which the index held nothing of the slot; 0
 *     where that is unknown
 */
public record MemtableEntry(
    long repository, Reservation reservation, LogPosition logStart, long firstInEpoch) {
  boolean isOfGeneration(long generation) {
    return reservation.generation() == generation;
  }
}
