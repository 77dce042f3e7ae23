package dev.holdfast.server.ledger;

import dev.holdfast.server.ledger.view.Delta;
import dev.holdfast.server.ledger.view.LoadedBooks;
import dev.holdfast.server.ledger.view.ReadSet;

/**
 * An engine that keeps the books: it loads, writes and commits, and knows no rule. It stands here,
 * beside those who need it, as the persistence interface of SiaFoundation's hostd does.
 *
 * <p>Every method may throw {@link StoreException}.
 */
public interface LedgerStore extends LedgerReads, AutoCloseable {
  /**
   * Begins a transaction that excludes every other one that changes what this one loads. To be
   * called by one thread at a time.
   */
  Transaction begin();

  /**
   * Does what is due when there is nothing to commit. To be called by the thread that begins
   * transactions, about once a second, and after a commit whose outcome is unknown: when this
   * returned, the store can tell it.
   */
  default void tend() {}

  @Override
  void close();

  /**
   * One transaction. Closed without a commit, it leaves no trace; after one, the engine may take
   * its time to close it, as everybody has been told.
   */
  interface Transaction extends AutoCloseable {
    /**
     * Loads what a batch needs to see of one repository. Where an operation that was asked for is
     * remembered as a sale, the slot that it sold is added to what was asked for with its
     * generation, and loaded too.
     */
    LoadedBooks load(ReadSet reads);

    /**
     * How many reservations a request has: what a batch would load of it.
     *
     * @param limit beyond this many it is not counted further
     */
    int reservationCount(String repositoryId, String requestId, int limit);

    /** Writes what a batch altered in one repository. */
    void write(Delta delta);

    /**
     * Notes for how long the ledger has served in all, over all its starts: what was written so far
     * is that old at most.
     *
     * @param servedMicros how long, in microseconds; never less than was noted before
     * @param apartMicros how far to be behind the last note that is kept for {@link #purgeBefore}
     */
    void noteServed(long servedMicros, long apartMicros);

    /**
     * Forgets histories, events and operation ids, oldest first, that were written before a note
     * that says less than this. What belongs to reservations that still live is no history and
     * stays.
     *
     * @param servedMicros for how long the ledger had served, in microseconds
     * @param limit about how many changes to purge at most
     * @return how many changes were purged; 0 where nothing is left to purge
     */
    int purgeBefore(long servedMicros, int limit);

    /**
     * Gives some of the room on the disk back that is not needed any more. It is not urgent: what
     * is free is used before the file grows.
     *
     * @return how much, in units of the engine's; 0 where nothing is to be given back
     */
    int reclaimSpace();

    /**
     * Moves the ends of all leases, and then ensures that each has at least the smaller of its
     * length and the grace left, and no more than its length.
     *
     * @param byMicros how much later they end; negative for earlier
     * @param nowMicros now, in microseconds since the epoch, after the move
     * @param graceMicros the grace
     */
    void adjustLeases(long byMicros, long nowMicros, long graceMicros);

    /**
     * Makes everything durable. Only after it returned may anybody be told.
     *
     * @throws StoreException with {@link StoreException#outcomeUnknown()} where it cannot be told
     *     whether it happened
     */
    void commit();

    @Override
    void close();
  }
}
