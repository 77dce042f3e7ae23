package dev.holdfast.server.store.sqlite.memtable;

import dev.holdfast.server.ledger.books.Reservation;

/**
 * An entry of the memtable: a recent reservation.
 *
 * @param repository the number of its repository in the file
 * @param reservation its present state
 * @param logStart a position before all events of the reservation
 * @param firstInEpoch the epoch of the release index in which the index had no entry of the slot; 0
 *     if unknown
 */
public record MemtableEntry(
    long repository, Reservation reservation, LogPosition logStart, long firstInEpoch) {
  boolean isOfGeneration(long generation) {
    return reservation.generation() == generation;
  }
}
