package dev.holdfast.server.ledger;

import dev.holdfast.server.ledger.engine.StoreException;

/**
 * Receives failures, recoveries and the ledger's own actions. Its methods may run on the writer
 * thread, so they must return quickly.
 */
public interface LedgerListener {
  /** Called when a transaction failed in the engine, after a successful one. */
  void storeFailed(StoreException e);

  /** Called when a transaction succeeded, after a failed one. */
  void storeRecovered();

  /**
   * Called when stored data is found damaged. The ledger continues with everything that does not
   * need it.
   */
  void damaged(StoreException e);

  /** Called after reservations with expired leases were released. */
  void leasesExpired(long releasedCount, long releasedBytes);

  /** Called after the system clock was set, with both times in microseconds since the epoch. */
  void clockSet(long fromMicros, long toMicros);

  /**
   * Called when a client named a revision or generation that its repository has not reached: the
   * client may have seen a store that was newer than this one.
   *
   * @param named the revision or generation
   * @param revision the repository's revision
   */
  void namedFuture(String repositoryId, long named, long revision);

  /**
   * Called after the books of a repository were recounted.
   *
   * @param problemCount the number of differences; 0 if the books balance
   */
  default void verified(String repositoryId, int problemCount) {}

  /** Called for an unexpected failure: a defect of this program, or a failed read in the engine. */
  void failed(RuntimeException e);
}
