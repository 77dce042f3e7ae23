package dev.holdfast.client.model;

/** The reason why the space of a slot was released. */
public enum ReleaseReason {
  /** The attempt to fill the slot failed or was given up. Rejected for a filled slot. */
  ATTEMPT_FAILED,
  /**
   * This node no longer holds the slot according to the chain: finished, cancelled, failed,
   * expired, lost.
   */
  REQUEST_ENDED,
  /** The lease expired. Set only by the server. */
  LEASE_EXPIRED,
  /** An observation of the chain did not contain the slot. Set only by the server. */
  RECONCILED,
  /** A reason that this version of the SDK does not know. Never sent. */
  UNRECOGNIZED;

  /**
   * Returns the reason with a name of the server.
   *
   * @param name the name as the metadata of an error has it, {@code LEASE_EXPIRED} for example
   * @return the reason; {@link #UNRECOGNIZED} if this version of the SDK does not know it
   */
  public static ReleaseReason ofName(String name) {
    return switch (name) {
      case "ATTEMPT_FAILED" -> ATTEMPT_FAILED;
      case "REQUEST_ENDED" -> REQUEST_ENDED;
      case "LEASE_EXPIRED" -> LEASE_EXPIRED;
      case "RECONCILED" -> RECONCILED;
      default -> UNRECOGNIZED;
    };
  }
}
