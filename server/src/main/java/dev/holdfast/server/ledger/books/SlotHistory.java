package dev.holdfast.server.ledger.books;

import org.jspecify.annotations.Nullable;

/**
 * A slot's present and the end of its past. What came before that is asked for by generation or
 * operation id, so that a rule costs the same however often the slot was used.
 *
 * @param current the reservation that the slot has; null for none
 * @param latestReleased the release of its newest generation that is remembered; null for none
 */
public record SlotHistory(@Nullable Reservation current, @Nullable Released latestReleased) {
  /** Nothing is known of the slot. */
  public static final SlotHistory NONE = new SlotHistory(null, null);

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

  public SlotHistory withCurrent(Reservation reservation) {
    return new SlotHistory(reservation, latestReleased);
  }

  /** The change of these two that was made under this id; null where it is neither's. */
  public @Nullable RememberedChange operation(String operationId) {
    if (current != null) {
      RememberedChange found = ofReservation(operationId, current, null);
      if (found != null) {
        return found;
      }
    }
    return latestReleased == null ? null : operation(operationId, latestReleased);
  }

  /** The change that was made under this id to what was released; null where there is none. */
  public static @Nullable RememberedChange operation(String operationId, Released past) {
    if (!operationId.isEmpty() && operationId.equals(past.operationId())) {
      return new RememberedChange(OperationKind.RELEASE, past.reservation(), past);
    }
    return ofReservation(operationId, past.reservation(), past);
  }

  private static @Nullable RememberedChange ofReservation(
      String operationId, Reservation reservation, @Nullable Released released) {
    if (operationId.isEmpty()) {
      return null;
    } else if (operationId.equals(reservation.reserveOperationId())) {
      return new RememberedChange(OperationKind.RESERVE, reservation, released);
    } else if (operationId.equals(reservation.fill().operationId())) {
      return new RememberedChange(OperationKind.FILL, reservation, released);
    }
    return null;
  }

  /** The latest release, where it is of this generation; null where it is not. */
  public @Nullable Released released(long generation) {
    return latestReleased != null && latestReleased.reservation().generation() == generation
        ? latestReleased
        : null;
  }
}
