package dev.holdfast.server.ledger.engine;

import dev.holdfast.server.ledger.view.Delta;
import dev.holdfast.server.ledger.view.LoadedBooks;
import dev.holdfast.server.ledger.view.ReadSet;
import java.util.SortedSet;

/**
 * A storage engine: it loads, writes and commits, and knows no rule. The interface is beside the
 * code that needs it, like the persistence interface of SiaFoundation's hostd.
 *
 * <p>Every method may throw {@link StoreException}.
 */
public interface LedgerStore extends LedgerReads, AutoCloseable {
  /** Returns how the ledger may use this engine; always the same. */
  default Concurrency concurrency() {
    return Concurrency.SOLE_OWNER;
  }

  /**
   * How the ledger may use an engine.
   *
   * @param committers the number of transactions that may be open at a time
   * @param soleOwner whether no other process changes the store. Then one transaction changes any
   *     number of repositories, so that they share its sync. Otherwise each repository has
   *     transactions of its own, which lock only that repository
   */
  record Concurrency(int committers, boolean soleOwner) {
    /** One transaction at a time, over all repositories. */
    public static final Concurrency SOLE_OWNER = new Concurrency(1, true);
  }

  /**
   * Begins a transaction. It excludes every other transaction that changes what this one loads. At
   * most as many may be open as {@link #concurrency} says.
   *
   * @param repositoryIds the repositories that the transaction reads and changes, sorted because
   *     locks that are taken in different orders deadlock, as openfga sorts its lock keys. If the
   *     engine is shared, exactly one
   */
  Transaction begin(SortedSet<String> repositoryIds);

  /**
   * Returns whether a batch was committed whose commit ended with {@link
   * StoreException#outcomeUnknown()}. Waits until the engine no longer works on that commit.
   *
   * @param repositoryIds the repositories of its transaction
   */
  default CommitOutcome outcomeOf(BatchId batchId, SortedSet<String> repositoryIds) {
    return CommitOutcome.UNKNOWN;
  }

  /** What became of a commit. */
  enum CommitOutcome {
    /** The batch is durable. */
    COMMITTED,
    /** The batch changed nothing, and never will. */
    NOT_COMMITTED,
    /** The engine keeps no ids of batches. */
    UNKNOWN
  }

  /** Returns the housekeeping of the engine. */
  Maintenance maintenance();

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
     *
     * @param nowMicros the process's time, in microseconds since the epoch
     */
    Loaded load(ReadSet reads, long nowMicros);

    /**
     * What a batch reads of one repository.
     *
     * @param books the view that rules decide against
     * @param nowMicros the time by which they decide, in microseconds since the epoch: the
     *     process's time, or that of an engine that several servers share
     */
    record Loaded(LoadedBooks books, long nowMicros) {}

    /**
     * Returns the number of reservations of a request that a batch would load.
     *
     * @param limit counting stops at this number
     */
    int reservationCount(String repositoryId, String requestId, int limit);

    /** Writes the changes of a batch to one repository, at the latest when it is committed. */
    void write(Delta delta);

    /**
     * Makes all changes durable. Nothing may be reported before this method has returned.
     *
     * @param batchId a new id
     * @throws StoreException with {@link StoreException#outcomeUnknown()} if the engine does not
     *     know whether it committed
     */
    void commit(BatchId batchId);

    /**
     * Ensures that what was loaded is durable, instead of a commit. Called before a batch is
     * answered that changes nothing: its outcomes may repeat what an earlier batch did.
     *
     * @throws StoreException if that is not known
     */
    default void confirm() {}

    @Override
    void close();
  }
}
