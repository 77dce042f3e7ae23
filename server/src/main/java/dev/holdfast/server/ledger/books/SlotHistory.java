package dev.holdfast.server.ledger.books;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that is known of a slot.
 *
 * @param current the reservation that it has; null for none
 * @param released those it had that are remembered, oldest generation first
 */
public record SlotHistory(@Nullable Reservation current, List<Released> released) {
  /** Nothing is known of the slot. */
  public static final SlotHistory NONE = new SlotHistory(null, List.of());

  /** The kinds of change to a slot that carry an operation id. */
  public enum OperationKind {
    RESERVE,
    FILL,
    RELEASE
  }

  /**
   * A change to the slot that is remembered under its operation id.
   *
   * @param kind what it was
   * @param reservation the reservation that it changed, as that is now or was last
   * @param released how that reservation was released; null where it has not been
   */
  public record RememberedChange(
      OperationKind kind, Reservation reservation, @Nullable Released released) {}

  SlotHistory withCurrent(Reservation reservation) {
    return new SlotHistory(reservation, released);
  }

  SlotHistory withReleased(Released last) {
    if (released.isEmpty()) {
      return new SlotHistory(null, List.of(last));
    }
    List<Released> all = new ArrayList<>(released.size() + 1);
    all.addAll(released);
    all.add(last);
    return new SlotHistory(null, all);
  }

  /** The change that was made under this id; null where none is remembered. */
  public @Nullable RememberedChange operation(String operationId) {
    if (operationId.isEmpty()) {
      return null;
    }
    if (current != null) {
      RememberedChange found = of(operationId, current, null);
      if (found != null) {
        return found;
      }
    }
    for (Released past : released) {
      if (operationId.equals(past.operationId())) {
        return new RememberedChange(OperationKind.RELEASE, past.reservation(), past);
      }
      RememberedChange found = of(operationId, past.reservation(), past);
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  private static @Nullable RememberedChange of(
      String operationId, Reservation reservation, @Nullable Released released) {
    if (operationId.equals(reservation.reserveOperationId())) {
      return new RememberedChange(OperationKind.RESERVE, reservation, released);
    }
    if (operationId.equals(reservation.fill().operationId())) {
      return new RememberedChange(OperationKind.FILL, reservation, released);
    }
    return null;
  }

  /** The remembered release of this generation; null where there is none. */
  public @Nullable Released released(long generation) {
    for (Released past : released) {
      if (past.reservation().generation() == generation) {
        return past;
      }
    }
    return null;
  }

  /** The remembered release of the newest generation; null where none is remembered. */
  public @Nullable Released latestReleased() {
    return released.isEmpty() ? null : released.get(released.size() - 1);
  }
}
