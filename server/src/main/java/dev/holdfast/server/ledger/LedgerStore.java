package dev.holdfast.server.ledger;

import dev.holdfast.server.ledger.view.Delta;
import dev.holdfast.server.ledger.view.LoadedBooks;
import dev.holdfast.server.ledger.view.ReadSet;

/**
 * A storage engine: it loads, writes and commits, and knows no rule. The interface is beside the
 * code that needs it, like the persistence interface of SiaFoundation's hostd.
 *
 * <p>Every method may throw {@link StoreException}.
 */
public interface LedgerStore extends LedgerReads, AutoCloseable {
  /**
   * Begins a transaction. It excludes every other transaction that changes what this one loads.
   * Must be called by one thread at a time.
   */
  Transaction begin();

  /**
   * Runs maintenance while there is nothing to commit. Called by the thread that begins
   * transactions, about once a second, and after a commit whose outcome is unknown: after this
   * method returned, the store knows the outcome.
   */
  default void tend() {}

  @Override
  void close();

  /**
   * One transaction. Closing it without a commit rolls it back. After a commit, closing may take
   * its time, because all callers were answered.
   */
  interface Transaction extends AutoCloseable {
    /**
     * Loads what a batch reads of one repository. If a remembered operation of the read set is a
     * sale, this adds its slot and generation to the read set and loads them, too.
     */
    LoadedBooks load(ReadSet reads);

    /**
     * Returns the number of reservations of a request that a batch would load.
     *
     * @param limit counting stops at this number
     */
    int reservationCount(String repositoryId, String requestId, int limit);

    /** Writes the changes of a batch to one repository. */
    void write(Delta delta);

    /**
     * Notes the total running time of the ledger, over all its starts: everything written so far
     * was written at this running time or earlier.
     *
     * @param servedMicros the running time in microseconds; never less than the last note
     * @param intervalMicros minimum distance to the last note that is kept for {@link #purgeBefore}
     */
    void noteServed(long servedMicros, long intervalMicros);

    /**
     * Purges histories, events and operation ids, oldest first, that were written before a note of
     * less than this running time. Data of active reservations is not history and stays.
     *
     * @param servedMicros the running time in microseconds
     * @param limit approximate maximum number of changes to purge
     * @return the number of purged changes; 0 if nothing is left to purge
     */
    int purgeBefore(long servedMicros, int limit);

    /**
     * Returns some unused disk space to the file system. This is not urgent: the engine uses free
     * space before the file grows.
     *
     * @return the amount in units of the engine; 0 if there is nothing to reclaim
     */
    int reclaimSpace();

    /**
     * Moves the ends of all leases, and then ensures that each lease has at least min(its length,
     * grace) left, and no more than its length.
     *
     * @param byMicros the shift of the ends; negative for earlier
     * @param nowMicros the time after the move, in microseconds since the epoch
     * @param graceMicros the grace
     */
    void adjustLeases(long byMicros, long nowMicros, long graceMicros);

    /**
     * Makes all changes durable. Nothing may be reported before this method has returned.
     *
     * @throws StoreException with {@link StoreException#outcomeUnknown()} if the engine does not
     *     know whether it committed
     */
    void commit();

    @Override
    void close();
  }
}
