package dev.holdfast.client.internal.calls;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The pauses between attempts.
 *
 * @param first the pause after the first attempt, before jitter; more than 0
 * @param longest the longest pause
 */
public record Backoff(Duration first, Duration longest) {
  /**
   * Returns a random pause between half of a doubling value and that value, so that many clients do
   * not retry at the same time.
   */
  public Duration after(int failures) {
    long doubled = first.toNanos() << Math.min(failures, 20);
    long whole = Math.min(doubled, longest.toNanos());
    return Duration.ofNanos(ThreadLocalRandom.current().nextLong(whole / 2, whole + 1));
  }
}
