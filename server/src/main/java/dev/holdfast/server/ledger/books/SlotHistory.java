package dev.holdfast.server.ledger.books;

import org.jspecify.annotations.Nullable;

/**
 * A slot's current reservation and its latest release. Older releases are read by generation or
 * operation id, so the cost of a rule does not depend on how often the slot was used.
 *
 * @param current the current reservation; null for none
 * @param latestReleased the remembered release of its newest generation; null for none
 */
public record SlotHistory(@Nullable Reservation current, @Nullable Released latestReleased) {
  /** The history of an unknown slot. */
  public static final SlotHistory NONE = new SlotHistory(null, null);

  /** The kinds of change to a slot that carry an operation id. */
  public enum OperationKind {
    RESERVE,
    FILL,
    RELEASE
  }

  /**
   * A change to a slot that is remembered under its operation id.
   *
   * @param kind the kind of change
   * @param reservation the changed reservation, in its current or last state
   * @param released the release of that reservation; null if it is not released
   */
  public record RememberedChange(
      OperationKind kind, Reservation reservation, @Nullable Released released) {}

  public SlotHistory withCurrent(Reservation reservation) {
    return new SlotHistory(reservation, latestReleased);
  }

  /**
   * Returns the change with this operation id; null if neither the current reservation nor the
   * latest release has it.
   */
  public @Nullable RememberedChange operation(String operationId) {
    if (current != null) {
      RememberedChange found = ofReservation(operationId, current, null);
      if (found != null) {
        return found;
      }
    }
    return latestReleased == null ? null : operation(operationId, latestReleased);
  }

  /** Returns the change with this operation id to a released reservation; null for none. */
  public static @Nullable RememberedChange operation(String operationId, Released release) {
    if (!operationId.isEmpty() && operationId.equals(release.operationId())) {
      return new RememberedChange(OperationKind.RELEASE, release.reservation(), release);
    }
    return ofReservation(operationId, release.reservation(), release);
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

  /** Returns the latest release if it has this generation; null otherwise. */
  public @Nullable Released released(long generation) {
    return latestReleased != null && latestReleased.reservation().generation() == generation
        ? latestReleased
        : null;
  }
}
