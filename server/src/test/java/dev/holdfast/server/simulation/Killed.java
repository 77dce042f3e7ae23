package dev.holdfast.server.simulation;

/** Ends a simulated server in the middle of what it does. An error, so that nothing handles it. */
final class Killed extends Error {
  private static final long serialVersionUID = 1;

  Killed() {
    super("killed", null, false, false);
  }
}
