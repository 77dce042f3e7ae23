package dev.holdfast.server.runtime;

import dev.holdfast.server.ledger.Ledger;

/** Whether callers are to be sent here. */
final class Readiness {
  private final Ledger ledger;
  private volatile String state = "starting";

  Readiness(Ledger ledger) {
    this.ledger = ledger;
  }

  void serving() {
    state = "";
  }

  void draining() {
    state = "draining";
  }

  /** Why not; empty where the server is ready. */
  String unready() {
    return state.isEmpty() && ledger.storeFailed() ? "the store fails" : state;
  }
}
