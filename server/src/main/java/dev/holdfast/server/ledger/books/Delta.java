package dev.holdfast.server.ledger.books;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a batch altered in one repository: all that an engine has to write.
 *
 * @param before the repository as it was loaded; null where there was none
 * @param after the repository as it is to be
 * @param slots the slots that were altered; some may have the same reservation as before
 * @param released what was released, in the order of revisions
 * @param operations the operations to remember
 * @param events what was booked, in the order of revisions
 */
public record Delta(
    @Nullable Repository before,
    Repository after,
    List<SlotDelta> slots,
    List<Released> released,
    List<RememberedOperation> operations,
    List<Event> events) {

  /**
   * A slot that was altered.
   *
   * @param slot the slot
   * @param before what was known of it
   * @param after what is known of it now
   */
  public record SlotDelta(Slot slot, SlotHistory before, SlotHistory after) {}
}
