package dev.holdfast.client.model;

/** Why the space of a slot was given back. */
public enum ReleaseReason {
  /** The attempt to fill the slot failed or was given up. Refused for a filled slot. */
  ATTEMPT_FAILED,
  /**
   * The chain no longer lets this node hold the slot: finished, cancelled, failed, expired, lost.
   */
  REQUEST_ENDED,
  /** The lease ran out. Set by the server only. */
  LEASE_EXPIRED,
  /** An observation of the chain did not contain the slot. Set by the server only. */
  RECONCILED,
  /** A reason that this version of the SDK does not know. Never sent. */
  UNRECOGNIZED;

  /**
   * Returns the reason that the server calls by a name.
   *
   * @param name the name as the metadata of an error has it, {@code LEASE_EXPIRED} for example
   * @return the reason; {@link #UNRECOGNIZED} where this version of the SDK does not know it
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
