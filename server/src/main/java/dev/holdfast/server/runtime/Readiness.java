package dev.holdfast.server.runtime;

import dev.holdfast.server.ledger.Ledger;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/** Whether callers are to be sent here. The probes and gRPC health both follow it. */
final class Readiness {
  /** A commit that takes longer makes the server not ready. */
  private static final long SLOW_NANOS = 5_000_000_000L;

  private final List<Check> checks = new CopyOnWriteArrayList<>();
  private volatile String state = "starting";

  private record Check(String name, Supplier<String> reason) {
    String failure() {
      try {
        return reason.get();
      } catch (RuntimeException e) {
        return name + " cannot be checked: " + e;
      }
    }
  }

  Readiness(Ledger ledger) {
    require("store", () -> ledger.storeFailed() ? "the store fails" : "");
    require("books", () -> ledger.reads().trouble());
    require(
        "commits",
        () ->
            ledger.storeBusyNanos(System.nanoTime()) > SLOW_NANOS ? "a commit takes too long" : "");
  }

  /**
   * Adds a condition. The server is ready while all of them hold.
   *
   * @param name what is checked
   * @param reason why the condition does not hold; empty where it holds. It is called once a second
   *     and for each probe, so it must return at once
   */
  void require(String name, Supplier<String> reason) {
    checks.add(new Check(name, reason));
  }

  void serving() {
    state = "";
  }

  void draining() {
    state = "draining";
  }

  /** Why not; empty where the server is ready. */
  String unready() {
    String now = state;
    if (!now.isEmpty()) {
      return now;
    }
    return checks.stream().map(Check::failure).filter(why -> !why.isEmpty()).findFirst().orElse("");
  }
}
