package dev.holdfast.server.ledger.meter;

import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.rules.Rejection;
import java.util.List;

/**
 * Receives measurements of the committers, on their threads. Its methods must return at once and
 * must not throw.
 */
public interface LedgerMeter {
  /** Ignores all measurements. */
  LedgerMeter NONE = new LedgerMeter() {};

  /**
   * Called for each command before it is decided.
   *
   * @param nanos the time that it waited in the queue
   */
  default void waited(long nanos) {}

  /** Called when a batch was made durable. */
  default void committed(CommittedBatch batch) {}

  /**
   * A durable batch.
   *
   * @param number the number of the batch since the start, from 1
   * @param commandCount the number of its commands
   * @param eventCount the number of its events
   * @param totalNanos the time to load, decide, write and commit it
   * @param syncNanos the part of that time in which the engine committed: it writes the WAL and
   *     syncs it
   */
  record CommittedBatch(
      long number, int commandCount, int eventCount, long totalNanos, long syncNanos) {}

  /**
   * Called after changes were made durable, for one repository in the order of revisions.
   *
   * @param events at least one event
   */
  default void booked(String repositoryId, List<Event> events) {}

  /** Called when the outcome of a commit was unknown; the store knows it now. */
  default void commitOutcomeUnknown() {}

  /** Called for each rejected step of an Apply that was not rejected as a whole. */
  default void stepRejected(Rejection.Reason reason) {}

  /** Called when operations were found again by their operation ids. */
  default void replayed(int count) {}
}
