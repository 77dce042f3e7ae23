package dev.holdfast.server.store.sqlite;

/**
 * Sizes of a store, for monitoring. They may be of slightly different moments.
 *
 * @param databaseBytes the size of the database file
 * @param walBytes the size of the WAL file; 0 if there is none
 * @param freeBytes the bytes of the file system that this process may still use
 * @param memtableEntries the number of recent reservations in memory
 * @param releaseMemtableEntries the number of entries of the release index in memory
 * @param releaseRuns the number of runs of the release index
 */
public record StoreSizes(
    long databaseBytes,
    long walBytes,
    long freeBytes,
    int memtableEntries,
    int releaseMemtableEntries,
    int releaseRuns) {}
