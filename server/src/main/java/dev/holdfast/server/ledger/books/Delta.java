package dev.holdfast.server.ledger.books;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a batch altered in one repository: all that an engine has to write.
 *
 * @param before the repository as it was loaded; null where there was none
 * @param after the repository as it is to be
 * @param slots the slots whose reservation is another now
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
   * A slot whose reservation is another now.
   *
   * @param slot the slot
   * @param before what it had; null for none
   * @param after what it is to have; null for none
   */
  public record SlotDelta(Slot slot, @Nullable Reservation before, @Nullable Reservation after) {}
}
