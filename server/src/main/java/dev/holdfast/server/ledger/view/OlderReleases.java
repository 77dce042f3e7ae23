package dev.holdfast.server.ledger.view;

import dev.holdfast.server.ledger.books.Released;
import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.books.SlotHistory;
import dev.holdfast.server.ledger.books.SlotHistory.RememberedChange;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Releases of a repository's slots that are not the latest of their slots, to be found by key. */
public final class OlderReleases {
  private record Operation(Slot slot, String operationId) implements Comparable<Operation> {
    private static final Comparator<Operation> ORDER =
        Comparator.comparing(Operation::slot).thenComparing(Operation::operationId);

    @Override
    public int compareTo(Operation other) {
      return ORDER.compare(this, other);
    }
  }

  private final Map<Long, Released> byGeneration = new HashMap<>();
  private final Map<Operation, Released> byOperation = new HashMap<>();

  /** Adds a release. */
  public void add(Released past) {
    Reservation reservation = past.reservation();
    byGeneration.put(reservation.generation(), past);
    putOperation(reservation.reserveOperationId(), past);
    putOperation(reservation.fill().operationId(), past);
    putOperation(past.operationId(), past);
  }

  private void putOperation(String operationId, Released past) {
    if (!operationId.isEmpty()) {
      byOperation.put(new Operation(past.reservation().slot(), operationId), past);
    }
  }

  /** The release of this generation of the slot; null for none. */
  public @Nullable Released released(Slot slot, long generation) {
    Released past = byGeneration.get(generation);
    return past != null && past.reservation().slot().equals(slot) ? past : null;
  }

  /** The change that was made to the slot under this id; null for none. */
  public @Nullable RememberedChange operation(Slot slot, String operationId) {
    Released past = byOperation.get(new Operation(slot, operationId));
    return past == null ? null : SlotHistory.operation(operationId, past);
  }
}
