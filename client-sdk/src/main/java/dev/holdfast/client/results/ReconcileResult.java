package dev.holdfast.client.results;

import dev.holdfast.client.model.Slot;
import java.util.List;
import java.util.Objects;

/**
 * The outcome of {@link dev.holdfast.client.Reservations#reconcile}; of a dry run, what it would
 * have done. Every slot that was observed, or has a reservation, or was released after the revision
 * is in exactly one count.
 *
 * @param released slots that were released, by request id, then slot index
 * @param filled {@code RESERVED} slots that became {@code FILLED}, in the order observed
 * @param adopted observed slots without a reservation that got one, in the order observed
 * @param missing observed slots that have no reservation and got none, because their amount is not
 *     known or does not fit, in the order observed
 * @param unchangedCount how many slots were left as they were
 * @param releasedBytes how many bytes the releases gave back
 * @param availableBytes how many bytes of the repository can be reserved after this
 * @param revision the revision of the repository after this
 */
public record ReconcileResult(
    Slots released,
    Slots filled,
    Slots adopted,
    Slots missing,
    long unchangedCount,
    long releasedBytes,
    long availableBytes,
    long revision) {
  /** Refuses {@code null}. */
  public ReconcileResult {
    Objects.requireNonNull(released, "released");
    Objects.requireNonNull(filled, "filled");
    Objects.requireNonNull(adopted, "adopted");
    Objects.requireNonNull(missing, "missing");
  }

  /**
   * Slots of which one thing became.
   *
   * @param count how many there are
   * @param first which they are: all of them, or the first 1,000
   */
  public record Slots(long count, List<Slot> first) {
    /** Copies the list. */
    public Slots {
      first = List.copyOf(first);
    }
  }
}
