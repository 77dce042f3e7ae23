package dev.holdfast.client.results;

import dev.holdfast.client.model.Slot;
import java.util.List;
import java.util.Objects;

/**
 * The outcome of {@link dev.holdfast.client.Reservations#reconcile}; of a dry run, the result that
 * it would have. Every slot that was observed, or has a reservation, or was released after the
 * revision is in exactly one count.
 *
 * @param released the slots that were released, by request id, then slot index
 * @param filled the {@code RESERVED} slots that became {@code FILLED}, in the order observed
 * @param adopted the observed slots without a reservation that got one, in the order observed
 * @param missing the observed slots without a reservation that got none, because their amount is
 *     unknown or does not fit, in the order observed
 * @param unchangedCount the number of slots that stayed as they were
 * @param releasedBytes the number of bytes that the releases gave back
 * @param availableBytes the number of bytes of the repository that can be reserved after this
 * @param revision the revision of the repository after this call
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
  /** Rejects {@code null}. */
  public ReconcileResult {
    Objects.requireNonNull(released, "released");
    Objects.requireNonNull(filled, "filled");
    Objects.requireNonNull(adopted, "adopted");
    Objects.requireNonNull(missing, "missing");
  }

  /**
   * The slots of one count.
   *
   * @param count their number
   * @param first all of them, or the first 1,000
   */
  public record Slots(long count, List<Slot> first) {
    /** Copies the list. */
    public Slots {
      first = List.copyOf(first);
    }
  }
}
