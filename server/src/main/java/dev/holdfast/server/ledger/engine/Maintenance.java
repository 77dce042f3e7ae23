package dev.holdfast.server.ledger.engine;

/**
 * The housekeeping of an engine. The ledger calls it on a committer thread, and each method uses
 * transactions of its own. Every method may throw {@link StoreException}.
 */
public interface Maintenance {
  /** Work that only one of the servers on a store does at a time. */
  enum Duty {
    /** Finds and releases reservations with expired leases. */
    SWEEP_LEASES,
    /** Purges what is older than the retention time. */
    PURGE
  }

  /**
   * Runs upkeep while there is nothing else to commit, about once a second, and after a commit
   * whose outcome is unknown. If this process is the {@linkplain LedgerStore.Concurrency#soleOwner
   * sole owner}, the engine knows the outcome after this method returned.
   */
  default void tend() {}

  /**
   * Takes over a duty, or keeps it if this server has it already. A server keeps a duty for some
   * seconds after its last call; then another server may take it over.
   *
   * @return whether this server has the duty now
   */
  default boolean acquire(Duty duty) {
    return true;
  }

  /**
   * Moves the ends of all leases, and then ensures that each lease has at least min(its length,
   * grace) left, and no more than its length. An engine that several servers share does nothing if
   * another server was alive meanwhile, because leases could be renewed there.
   *
   * @param byMicros the shift of the ends; negative for earlier. 0 for an engine with a clock of
   *     its own
   * @param nowMicros the process's time after the move, in microseconds since the epoch; ignored by
   *     an engine with a clock of its own
   * @param graceMicros the grace
   */
  void adjustLeases(long byMicros, long nowMicros, long graceMicros);

  /**
   * Notes the total running time of the ledger, over all its starts, and purges the histories,
   * events and operation ids, oldest first, that were written before a note of less than another
   * running time. Data of active reservations is not history and stays.
   *
   * @param served the running time now
   * @param beforeMicros what was written before a note of less than this running time is purged, in
   *     microseconds
   * @param limit approximate maximum number of changes to purge
   * @return the number of purged changes; 0 if nothing is left to purge
   */
  int purge(ServedNote served, long beforeMicros, int limit);

  /**
   * A note that everything written so far was written at this running time or earlier.
   *
   * @param servedMicros the running time in microseconds; never less than the last note
   * @param intervalMicros minimum distance to the last note that is kept for purging
   */
  record ServedNote(long servedMicros, long intervalMicros) {}

  /**
   * Returns some unused disk space to the file system. This is not urgent: the engine uses free
   * space before the file grows.
   *
   * @return the amount in units of the engine; 0 if there is nothing to reclaim
   */
  default int reclaimSpace() {
    return 0;
  }
}
