package dev.holdfast.server.ledger;

/**
 * Receives failures and recoveries, and what the ledger does by itself. Its methods may run on the
 * writer thread, so they must return quickly.
 */
public interface LedgerListener {
  /** A transaction failed in the engine, after one that had not. */
  void storeFailed(StoreException e);

  /** A transaction succeeded again. */
  void storeRecovered();

  /** Stored data turned out to be damaged. The ledger goes on with all that does not need it. */
  void damaged(StoreException e);

  /** Reservations were released because their leases ran out. */
  void leasesExpired(long releasedCount, long releasedBytes);

  /** The system clock was set from one time to another, in microseconds since the epoch. */
  void clockSet(long fromMicros, long toMicros);

  /** An unexpected failure: a defect of this program, or a failed read in the engine. */
  void failed(RuntimeException e);
}
