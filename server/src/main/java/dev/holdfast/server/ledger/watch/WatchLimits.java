package dev.holdfast.server.ledger.watch;

import java.time.Duration;

/**
 * Limits on the resources of all watches together.
 *
 * @param watchers maximum number of watches
 * @param recentBytes bytes of recent events that are kept for up-to-date watchers
 * @param messageBytes target size of a message; it ends before the event that would exceed it
 * @param smallMessageBytes target size if the budget is exhausted; each watcher may have one such
 *     message unsent
 * @param unsentBytes maximum bytes of large messages that wait for their transports
 * @param stalled time without a read after which a watch is ended if others need its place
 */
public record WatchLimits(
    int watchers,
    long recentBytes,
    int messageBytes,
    int smallMessageBytes,
    long unsentBytes,
    Duration stalled) {
  /** At most some hundred megabytes, including the transport's memory for the calls. */
  public static final WatchLimits DEFAULT =
      new WatchLimits(10_000, 32L << 20, 64 * 1024, 4 * 1024, 32L << 20, Duration.ofSeconds(30));
}
