package dev.holdfast.server.runtime.admin;

import dev.holdfast.server.ledger.Ledger;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/** Decides whether the server is ready for clients. The HTTP probes and gRPC health both use it. */
public final class Readiness {
  /** A longer commit makes the server not ready. */
  private static final long SLOW_NANOS = 5_000_000_000L;

  private final List<HealthCheck> checks = new CopyOnWriteArrayList<>();
  private volatile String state = "starting";

  public Readiness(Ledger ledger) {
    require("serving", () -> state);
    require("store", () -> ledger.storeFailed() ? "store unavailable" : "");
    require("books", () -> ledger.reads().trouble());
    require(
        "commits",
        () -> ledger.storeBusyNanos(System.nanoTime()) > SLOW_NANOS ? "commit takes too long" : "");
  }

  /**
   * Adds a condition. The server is ready while all of them hold.
   *
   * @param name name of the check
   * @param reason returns why the condition does not hold; an empty string if it holds. It is
   *     called once a second and for each probe, so it must return at once
   */
  public void require(String name, Supplier<String> reason) {
    checks.add(new HealthCheck(name, reason));
  }

  public void serving() {
    state = "";
  }

  public void draining() {
    state = "draining";
  }

  /** Returns all checks, in the order in which their reasons count. */
  public List<HealthCheck> checks() {
    return checks;
  }

  /** Returns the reason why the server is not ready; an empty string if it is ready. */
  public String unready() {
    return checks.stream()
        .map(HealthCheck::failure)
        .filter(reason -> !reason.isEmpty())
        .findFirst()
        .orElse("");
  }
}
