package dev.holdfast.server.simulation;

/** A part that is broken on purpose, to show that the simulation notices it. */
enum Sabotage {
  NONE,
  /** A batch that conflicts is taken for a committed one. */
  CONFLICTS,
  /** A broken commit is taken for one that changed nothing. */
  BATCH_IDS,
  /** Every server takes the duty of sweeping for its own. */
  SWEEPER_DUTY,
  /** Leases are not extended after nobody could renew them. */
  LEASE_EXTENSION
}
