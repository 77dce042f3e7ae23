package dev.holdfast.client.model;

/** The state of a reservation. */
public enum ReservationState {
  /** The space is reserved while the node tries to fill the slot. */
  RESERVED,
  /** The slot is filled; the space is kept until the request ends. */
  FILLED,
  /**
   * The space was released. No read returns this state; {@link
   * dev.holdfast.client.Reservations#fillSlot(dev.holdfast.client.requests.FillSlot)} returns it
   * when a fill is sent again after the release.
   */
  RELEASED,
  /** A state that this version of the SDK does not know. Never sent. */
  UNRECOGNIZED;

  /**
   * Returns the state with a name of the server.
   *
   * @param name the name as the metadata of an error has it, {@code FILLED} for example
   * @return the state; {@link #UNRECOGNIZED} if this version of the SDK does not know it
   */
  public static ReservationState ofName(String name) {
    return switch (name) {
      case "RESERVED" -> RESERVED;
      case "FILLED" -> FILLED;
      case "RELEASED" -> RELEASED;
      default -> UNRECOGNIZED;
    };
  }
}
