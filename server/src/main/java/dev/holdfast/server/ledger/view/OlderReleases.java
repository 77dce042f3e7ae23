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

/** Releases that are not the latest ones of their slots, found by generation or operation id. */
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
  public void add(Released release) {
    Reservation reservation = release.reservation();
    byGeneration.put(reservation.generation(), release);
    putOperation(reservation.reserveOperationId(), release);
    putOperation(reservation.fill().operationId(), release);
    putOperation(release.operationId(), release);
  }

  private void putOperation(String operationId, Released release) {
    if (!operationId.isEmpty()) {
      byOperation.put(new Operation(release.reservation().slot(), operationId), release);
    }
  }

  /** Returns the release of this generation of the slot; null for none. */
  public @Nullable Released released(Slot slot, long generation) {
    Released release = byGeneration.get(generation);
    return release != null && release.reservation().slot().equals(slot) ? release : null;
  }

  /** Returns the change to the slot with this operation id; null for none. */
  public @Nullable RememberedChange operation(Slot slot, String operationId) {
    Released release = byOperation.get(new Operation(slot, operationId));
    return release == null ? null : SlotHistory.operation(operationId, release);
  }
}
