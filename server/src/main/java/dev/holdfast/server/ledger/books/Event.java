package dev.holdfast.server.ledger.books;

import org.jspecify.annotations.Nullable;

/**
 * A booked change at its revision.
 *
 * @param revision the revision of the change
 * @param micros the time, in microseconds since the epoch
 * @param availableBytes the available bytes after the change
 * @param change the change
 */
public record Event(long revision, long micros, long availableBytes, Change.Booked change) {
  /** Returns the changed slot; null if the repository changed. */
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

  /** Returns whether the event deletes the repository. */
  public boolean deletion() {
    return change instanceof Change.CapacityChanged capacity
        && capacity.kind() == Change.CapacityChanged.Kind.DELETED;
  }
}
