package dev.holdfast.client;

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
  UNRECOGNIZED
}
