package dev.holdfast.server.runtime.admin;

import java.util.function.Supplier;

/**
 * A named condition.
 *
 * @param name the name, as in {@code /readyz/NAME}
 * @param reason returns why the condition does not hold; an empty string if it holds. It must
 *     return at once
 */
public record HealthCheck(String name, Supplier<String> reason) {
  /** Returns why the condition does not hold, or cannot be checked; an empty string if it holds. */
  public String failure() {
    try {
      return reason.get();
    } catch (RuntimeException e) {
      return name + " cannot be checked: " + e;
    }
  }
}
