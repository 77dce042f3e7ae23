package dev.holdfast.server.ledger.books;

import org.jspecify.annotations.Nullable;

/**
 * A booked change with its place in the repository's history.
 *
 * @param revision the revision that it made
 * @param micros when, in microseconds since the epoch
 * @param availableBytes what was available after it
 * @param change the change
 */
public record Event(long revision, long micros, long availableBytes, Change.Booked change) {
  /** The slot that was changed; null where the change was to the repository. */
  public @Nullable Slot slot() {
    if (change instanceof Change.SlotReserved reserved) {
      return reserved.reservation().slot();
    } else if (change instanceof Change.SlotFilled filled) {
      return filled.reservation().slot();
    } else if (change instanceof Change.SlotReleased released) {
      return released.released().reservation().slot();
    }
    return null;
  }

  /** Whether this is the end of the repository, until it is made again. */
  public boolean deletion() {
    return change instanceof Change.CapacityChanged capacity
        && capacity.kind() == Change.CapacityChanged.Kind.DELETED;
  }
}
