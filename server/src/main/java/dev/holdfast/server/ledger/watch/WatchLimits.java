package dev.holdfast.server.ledger.watch;

import java.time.Duration;

/**
 * What all watches together may take.
 *
 * @param watchers how many may watch at a time
 * @param recentBytes how many bytes of events are kept for watchers who are up to date
 * @param messageBytes the size of a message, above which it is cut before the next event
 * @param smallMessageBytes the same where there is no room for a large one; each watcher may have
 *     one of these on its way
 * @param unsentBytes how many bytes of large messages may wait for their transports
 * @param stalled a watcher who takes nothing for so long is ended if others need its place
 */
public record WatchLimits(
    int watchers,
    long recentBytes,
    int messageBytes,
    int smallMessageBytes,
    long unsentBytes,
    Duration stalled) {
  /** Some hundred megabytes at the most, with what the transport needs for so many calls. */
  public static final WatchLimits DEFAULT =
      new WatchLimits(10_000, 32L << 20, 64 * 1024, 4 * 1024, 32L << 20, Duration.ofSeconds(30));
}
