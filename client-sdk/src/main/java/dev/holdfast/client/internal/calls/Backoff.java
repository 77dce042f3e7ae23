package dev.holdfast.client.internal.calls;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The pauses between tries.
 *
 * @param first after the first try, before jitter; more than 0
 * @param longest at most, after many
 */
public record Backoff(Duration first, Duration longest) {
  /**
   * Returns between half and all of a pause that doubles, so that many clients do not come back at
   * once.
   */
  public Duration after(int failures) {
    long doubled = first.toNanos() << Math.min(failures, 20);
    long whole = Math.min(doubled, longest.toNanos());
    return Duration.ofNanos(ThreadLocalRandom.current().nextLong(whole / 2, whole + 1));
  }
}
