package dev.holdfast.client;

/** How far a reservation has come. */
public enum ReservationState {
  /** The space is set aside while the node tries to fill the slot. */
  RESERVED,
  /** The slot is filled; the space is kept until the request ends. */
  FILLED,
  /**
   * The space was given back. No read finds a reservation in this state; {@link
   * Reservations#fillSlot(FillSlot)} answers it when a fill is sent again after the release.
   */
  RELEASED,
  /** A state that this version of the SDK does not know. Never sent. */
  UNRECOGNIZED
}
